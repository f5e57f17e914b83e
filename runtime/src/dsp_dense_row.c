#include "arith.h"
#include "dsp.h"
#include "kernels.h"

#if CGRT_DSP

int32_t cgrt_dense_row_m(const int8_t *weights, const int8_t *values, uint32_t n) {
  int32_t sum = 0;
  if ((((uintptr_t)weights | (uintptr_t)values) & 3) != 0) return cgrt_dense_row_c(weights, values, n);
  for (; n >= 4; n -= 4, weights += 4, values += 4) {
    uint32_t w = *(const cgrt_word *)weights, v = *(const cgrt_word *)values;
    sum = cgrt_dsp_mac(sum, cgrt_dsp_even(w), cgrt_dsp_even(v));
    sum = cgrt_dsp_mac(sum, cgrt_dsp_odd(w), cgrt_dsp_odd(v));
  }
  return sum + cgrt_dense_row_c(weights, values, n);
}

/* Four features against the four weights of each colour, which lie one after the other: the pairs are put in that order. */
void cgrt_rgb_row_m(const cgrt_colours *c) {
  uint32_t cin = c->cin;
  const int8_t *features = c->features;
  int32_t *rgb = c->rgb;
  if (cin % 4 != 0) {
    cgrt_rgb_row_c(c);
    return;
  }
  for (uint32_t x = 0; x < c->width; x++, features += cin) {
    const cgrt_word *weights = (const cgrt_word *)c->weights;
    for (uint32_t r = 0; r < c->count; r++) {
      int32_t u = c->bias[r];
      for (uint32_t i = 0; i < cin; i += 4, weights += 2) {
        uint32_t four = *(const cgrt_word *)(features + i), even = cgrt_dsp_even(four), odd = cgrt_dsp_odd(four);
        u = cgrt_dsp_mac(u, (even & 0xFFFF) | odd << 16, weights[0]);
        u = cgrt_dsp_mac(u, even >> 16 | (odd & 0xFFFF0000u), weights[1]);
      }
      *rgb++ += cgrt_clamp(cgrt_rq(u, c->multiplier[r], c->shift), -CGRT_RGB_MAX, CGRT_RGB_MAX);
    }
  }
}

#else
typedef int cgrt_no_dsp_dense_row; /* ISO C wants a declaration in every file */
#endif
