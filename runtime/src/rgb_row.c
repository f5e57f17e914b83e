#include "arith.h"
#include "kernels.h"

void cgrt_rgb_row_c(const cgrt_colours *c) {
  const int8_t *features = c->features;
  uint32_t cin = c->cin, width = c->width;
  for (int32_t *rgb = c->rgb; width > 0; width--, features += cin) {
    const int16_t *weights = c->weights;
    for (uint32_t r = 0; r < c->count; r++) {
      int32_t u = c->bias[r];
      for (uint32_t i = 0; i < cin; i++) u += *weights++ * features[i];
      *rgb++ += cgrt_clamp(cgrt_rq(u, c->multiplier[r], c->shift), -CGRT_RGB_MAX, CGRT_RGB_MAX);
    }
  }
}
