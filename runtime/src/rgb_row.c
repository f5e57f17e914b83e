#include "arith.h"
#include "kernels.h"

void cgrt_rgb_row(int32_t *rgb, const int8_t *features, const cgrt_colour *c) {
  const int16_t *weights = c->weights;
  uint32_t cin = c->cin;
  for (uint32_t x = 0; x < c->width; x++, rgb += c->stride) {
    int32_t u = c->bias;
    for (uint32_t i = 0; i < cin; i++) u += weights[i] * *features++;
    *rgb += cgrt_clamp(cgrt_rq(u, c->multiplier, c->shift), -CGRT_RGB_MAX, CGRT_RGB_MAX);
  }
}
