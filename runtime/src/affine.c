#include "arith.h"
#include "kernels.h"

/* Bias, and multiplier by sign. */
static int32_t dense_value(int32_t sum, const uint8_t *param, uint32_t shift, int32_t slope) {
  int32_t u = sum + cgrt_param_bias(param, shift), q = cgrt_param_mult(param);
  if (u < 0) q = cgrt_sloped(q, slope);
  return cgrt_rq(u, q, shift);
}

int32_t cgrt_dense(const cgrt_run *run, const int8_t *weights, uint32_t n, const uint8_t *param, uint32_t shift, int32_t slope) {
  return dense_value(CGRT_KERNEL(run, dense_row)(weights, run->w, n), param, shift, slope);
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

#if CGRT_X86

void cgrt_filter_rows(const cgrt_run *run, const uint8_t *l, int32_t *sums, uint32_t first, uint32_t count, uint32_t n) {
  if (cgrt_wbits(l) == 8) {
    uint32_t pitch = cgrt_filter_bytes(l);
    const int8_t *weights = (const int8_t *)cgrt_blob(run->file, l, CGRT_WEIGHTS) + first * pitch;
    CGRT_KERNEL(run, dense_rows)(sums, weights, pitch, count, run->w, n);
    return;
  }
  for (uint32_t i = 0; i < count; i++) sums[i] = CGRT_KERNEL(run, dense_row)(cgrt_filter(run, l, first + i), run->w, n);
}

void cgrt_dense_values_c(int32_t *values, uint32_t count, const uint8_t *params, uint32_t shift, int32_t slope) {
  for (uint32_t i = 0; i < count; i++) values[i] = dense_value(values[i], params + 8 * i, shift, slope);
}

void cgrt_affines(const cgrt_run *run, const uint8_t *l, uint32_t blob, int32_t *to, uint32_t first, uint32_t count) {
  const uint8_t *f = run->file, *params = cgrt_blob(f, l, blob + 1) + 8 * first;
  uint32_t pitch = cgrt_al4(cgrt_style(f)), shift = blob == CGRT_GAIN_W ? cgrt_gain_shift(l) : cgrt_sbias_shift(l);
  const int8_t *weights = (const int8_t *)cgrt_blob(f, l, blob) + first * pitch;
  CGRT_KERNEL(run, dense_rows)(to, weights, pitch, count, run->w, cgrt_style(f));
  CGRT_KERNEL(run, dense_values)(to, count, params, shift, CGRT_LINEAR);
  for (uint32_t i = 0; i < count; i++) to[i] = cgrt_sat16(to[i]);
}

void cgrt_gains(const cgrt_run *run, const uint8_t *l, int32_t *to, uint32_t first, uint32_t count) {
  if (cgrt_flags(l) & CGRT_GAIN) {
    cgrt_affines(run, l, CGRT_GAIN_W, to, first, count);
    return;
  }
  for (uint32_t i = 0; i < count; i++) to[i] = CGRT_UNIT;
}

#endif
