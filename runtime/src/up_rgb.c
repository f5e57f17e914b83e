#include "up_rgb.h"

static void nearest(int32_t *out, const int32_t *in, uint32_t width, uint32_t channels) {
  for (uint32_t x = 0; x < 2 * width; x++)
    for (uint32_t r = 0; r < channels; r++) *out++ = in[x / 2 * channels + r];
}

/* Weights 9, 3, 3, 1 of 16: the value's own pixel, and the neighbours on its side, which stop at the border. */
static void triangle(int32_t *out, const int32_t *near, const int32_t *far, uint32_t width, uint32_t channels) {
  for (uint32_t x = 0; x < 2 * width; x++) {
    uint32_t j = x / 2, side = x % 2 ? j + (j + 1 < width) : j - (j > 0);
    for (uint32_t r = 0; r < channels; r++) {
      uint32_t own = j * channels + r, other = side * channels + r;
      *out++ = (9 * near[own] + 3 * far[own] + 3 * near[other] + far[other] + 8) >> 4;
    }
  }
}

void cgrt_up_rgb(int32_t *out, const int32_t *near, const int32_t *far, uint32_t width, uint32_t channels) {
  if (far) triangle(out, near, far, width, channels);
  else nearest(out, near, width, channels);
}
