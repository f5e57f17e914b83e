#include "arith.h"
#include "kernels.h"

int32_t cgrt_dense(const cgrt_run *run, const int8_t *weights, uint32_t n, const uint8_t *param, uint32_t shift, int32_t slope) {
  int32_t u = CGRT_KERNEL(run, dense_row)(weights, run->w, n) + cgrt_param_bias(param, shift), q = cgrt_param_mult(param);
  if (u < 0) q = cgrt_sloped(q, slope);
  return cgrt_rq(u, q, shift);
}

int32_t cgrt_affine(const cgrt_run *run, const uint8_t *l, uint32_t blob, uint32_t row) {
  const uint8_t *f = run->file, *param = cgrt_blob(f, l, blob + 1) + 8 * row;
  const int8_t *weights = (const int8_t *)cgrt_blob(f, l, blob) + row * cgrt_al4(cgrt_style(f));
  uint32_t shift = blob == CGRT_GAIN_W ? cgrt_gain_shift(l) : cgrt_sbias_shift(l);
  return cgrt_sat16(cgrt_dense(run, weights, cgrt_style(f), param, shift, CGRT_LINEAR));
}

int32_t cgrt_gain(const cgrt_run *run, const uint8_t *l, uint32_t row) {
  return cgrt_flags(l) & CGRT_GAIN ? cgrt_affine(run, l, CGRT_GAIN_W, row) : CGRT_UNIT;
}
