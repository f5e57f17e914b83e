#include "arith.h"
#include "kernels.h"

int32_t cgrt_affine(const cgrt_run *run, const uint8_t *l, uint32_t weights, uint32_t params, uint32_t row, uint32_t shift) {
  const uint8_t *f = run->file, *p = cgrt_blob(f, l, params) + 8 * row;
  const int8_t *a = (const int8_t *)cgrt_blob(f, l, weights) + row * cgrt_al4(cgrt_style(f));
  int32_t u = cgrt_dense_row(a, run->w, cgrt_style(f)) + cgrt_param_bias(p, shift);
  return cgrt_sat16(cgrt_rq(u, cgrt_param_mult(p), shift));
}

int32_t cgrt_gain(const cgrt_run *run, const uint8_t *l, uint32_t row) {
  if (!(cgrt_flags(l) & CGRT_GAIN)) return CGRT_UNIT;
  return cgrt_affine(run, l, CGRT_GAIN_W, CGRT_GAIN_P, row, cgrt_gain_shift(l));
}
