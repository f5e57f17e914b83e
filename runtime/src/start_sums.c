#include "sums.h"

/* The constant, and for a dense start an inner product with the style per pixel. */
void cgrt_start_sums(const cgrt_run *run, const uint8_t *l, uint32_t y, uint32_t o) {
  uint32_t width = cgrt_start_w(run->file), cout = cgrt_cout(l), index = y * width * cout + o;
  const int8_t *constant = (const int8_t *)cgrt_blob(run->file, l, CGRT_CONST);
  for (uint32_t x = 0; x < width; x++, index += cout) {
    run->sums[x] = constant[index] * (int32_t)(1u << cgrt_const_shift(l));
    if (cgrt_flags(l) & CGRT_DENSE) run->sums[x] += cgrt_dense_row(cgrt_filter(run, l, index), run->w, cgrt_style(run->file));
  }
}
