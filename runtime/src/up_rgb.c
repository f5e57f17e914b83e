#include "up_rgb.h"

/* Sixteenths 9, 3, 3, 1 of the own pixel, the two beside it and the corner. If the four are one pixel, it stays as it is. */
void cgrt_up_rgb(int32_t *out, const int32_t *near, const int32_t *far, uint32_t width, uint32_t channels, uint32_t triangle) {
  for (uint32_t x = 0; x < width; x++) {
    uint32_t own = x / 2 * channels, side = cgrt_neighbour(x, width, triangle) * channels;
    for (uint32_t r = 0; r < channels; r++, own++, side++) {
      *out++ = (3 * (3 * near[own] + near[side]) + 3 * far[own] + far[side] + 8) >> 4;
    }
  }
}
