#include "arith.h"
#include "kernels.h"

void cgrt_rgb_row(int32_t *rgb, uint32_t channels, const int8_t *row, uint32_t width, uint32_t cin, const cgrt_colour *c) {
  for (uint32_t x = 0; x < width; x++, row += cin) {
    int32_t u = c->bias;
    for (uint32_t i = 0; i < cin; i++) u += c->weights[i] * row[i];
    rgb[x * channels] += cgrt_clamp(cgrt_rq(u, c->multiplier, c->shift), -CGRT_RGB_MAX, CGRT_RGB_MAX);
  }
}
