#include "kernels.h"

/* Sums of one row of one channel: the constant, and for a dense start an inner product with the style per pixel. */
static void start_sums(const cgrt_run *run, const uint8_t *l, uint32_t y, uint32_t o) {
  uint32_t width = cgrt_start_w(run->file), cout = cgrt_cout(l);
  const int8_t *constant = (const int8_t *)cgrt_blob(run->file, l, CGRT_CONST);
  for (uint32_t x = 0; x < width; x++) {
    uint32_t index = (y * width + x) * cout + o;
    run->sums[x] = constant[index] * (int32_t)(1u << cgrt_const_shift(l));
    if (cgrt_flags(l) & CGRT_DENSE) run->sums[x] += cgrt_dense_row(cgrt_filter(run, l, index), run->w, cgrt_style(run->file));
  }
}

void cgrt_start_row(const cgrt_run *run, uint32_t k, const cgrt_channel *table, uint32_t y) {
  const uint8_t *l = cgrt_layer(run->file, k), *strength = cgrt_blob(run->file, l, CGRT_STRENGTH);
  int8_t *out = (int8_t *)cgrt_stage_row(run, k, y);
  cgrt_epilogue e;
  e.noise = cgrt_noise_row(run, k, y);
  e.shift = cgrt_shift(l);
  for (uint32_t o = 0; o < cgrt_cout(l); o++) {
    e.channel = table[o];
    e.strength = e.noise ? cgrt_i16(strength + 2 * o) : 0;
    start_sums(run, l, y, o);
    cgrt_epilogue_row(out + o, cgrt_cout(l), run->sums, cgrt_start_w(run->file), &e);
  }
}
