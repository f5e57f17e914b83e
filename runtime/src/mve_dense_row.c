#include "arith.h"
#include "cortex_m.h"

#if CGRT_MVE
#include <arm_mve.h>

void cgrt_conv_row_m(const cgrt_conv *conv) { cgrt_m_conv_row(conv); }

int32_t cgrt_dense_row_m(const int8_t *weights, const int8_t *values, uint32_t n) {
  int32_t sum = 0;
  for (int32_t left = (int32_t)n; left > 0; left -= 16, weights += 16, values += 16) {
    mve_pred16_t lanes = vctp8q((uint32_t)left);
    sum = vmladavaq_s8(sum, vldrbq_z_s8(values, lanes), vldrbq_z_s8(weights, lanes));
  }
  return sum;
}

/* Eight features at a time, widened as they are loaded. */
void cgrt_rgb_row_m(const cgrt_colours *c) {
  const int8_t *features = c->features;
  int32_t *rgb = c->rgb;
  for (uint32_t x = 0; x < c->width; x++, features += c->cin) {
    const int16_t *weights = c->weights;
    for (uint32_t r = 0; r < c->count; r++, weights += c->cin) {
      int32_t u = c->bias[r];
      for (uint32_t i = 0; i < c->cin; i += 8) {
        mve_pred16_t lanes = vctp16q(c->cin - i);
        u = vmladavaq_s16(u, vldrbq_z_s16(features + i, lanes), vldrhq_z_s16(weights + i, lanes));
      }
      *rgb++ += cgrt_clamp(cgrt_rq(u, c->multiplier[r], c->shift), -CGRT_RGB_MAX, CGRT_RGB_MAX);
    }
  }
}

#else
typedef int cgrt_no_mve_dense_row; /* ISO C wants a declaration in every file */
#endif
