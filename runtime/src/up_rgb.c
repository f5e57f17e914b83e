#include "up_rgb.h"

/* Sixteenths: 9, 3, 3, 1 of the own pixel, its two neighbours and the corner, or all 16 of the own one. */
void cgrt_up_rgb(int32_t *out, const int32_t *near, const int32_t *far, uint32_t width, uint32_t channels, uint32_t triangle) {
  int32_t full = triangle ? 9 : 16, beside = triangle ? 3 : 0, corner = triangle ? 1 : 0;
  for (uint32_t x = 0; x < width; x++) {
    uint32_t own = x / 2 * channels, side = cgrt_neighbour(x, width) * channels;
    for (uint32_t r = 0; r < channels; r++, own++, side++) {
      *out++ = (full * near[own] + beside * (far[own] + near[side]) + corner * far[side] + 8) >> 4;
    }
  }
}
