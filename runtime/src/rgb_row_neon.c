#include "kernels.h"

#if CGRT_NEON

#include <arm_neon.h>

#include "arith.h"

static int32_t rgb_sum_neon(const int8_t *features, const int16_t *weights, uint32_t cin) {
  int32x4_t sum = vdupq_n_s32(0);
  int32_t rest = 0;
  uint32_t i = 0;
  for (; i + 8 <= cin; i += 8) {
    int16x8_t v = vmovl_s8(vld1_s8(features + i)), w = vld1q_s16(weights + i);
    sum = vmlal_s16(sum, vget_low_s16(v), vget_low_s16(w));
    sum = vmlal_high_s16(sum, v, w);
  }
  for (; i < cin; i++) rest += weights[i] * features[i];
  return rest + vaddvq_s32(sum);
}

void cgrt_rgb_row_neon(const cgrt_colours *c) {
  int32_t *rgb = c->rgb;
  for (uint32_t x = 0; x < c->width; x++) {
    for (uint32_t r = 0; r < c->count; r++) {
      int32_t u = c->bias[r] + rgb_sum_neon(c->features + x * c->cin, c->weights + r * c->cin, c->cin);
      *rgb++ += cgrt_clamp(cgrt_rq(u, c->multiplier[r], c->shift), -CGRT_RGB_MAX, CGRT_RGB_MAX);
    }
  }
}

#else
typedef char cgrt_no_rgb_row_neon;
#endif
