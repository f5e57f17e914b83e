#include "arith.h"
#include "kernels.h"
#include "up_rgb.h"

uint32_t cgrt_torgb_below(const cgrt_run *run, uint32_t k) {
  do k--;
  while (cgrt_type(cgrt_layer(run->file, k)) != CGRT_TORGB);
  return k;
}

/* Starts the row with the enlarged sum of the levels below. */
static void start_sum(const cgrt_run *run, uint32_t k, int32_t *rgb, uint32_t y) {
  const uint8_t *f = run->file;
  uint32_t level = cgrt_level(cgrt_layer(f, k)), channels = cgrt_channels(f), i = y / 2, side, below;
  const int32_t *near, *far = 0;
  if (level == cgrt_rgb_first(f)) {
    cgrt_zero(rgb, 4 * channels * cgrt_width(f, level));
    return;
  }
  below = cgrt_torgb_below(run, k);
  side = y % 2 ? i + (i + 1 < cgrt_height(f, level - 1)) : i - (i > 0);
  near = (const int32_t *)(const void *)cgrt_stage_row(run, below, i);
  if (cgrt_rgb_up(f)) far = (const int32_t *)(const void *)cgrt_stage_row(run, below, side);
  cgrt_up_rgb(rgb, near, far, cgrt_width(f, level - 1), channels);
}

void cgrt_torgb_row(const cgrt_run *run, uint32_t k, const int16_t *table, uint32_t y) {
  const uint8_t *l = cgrt_layer(run->file, k), *params = cgrt_blob(run->file, l, CGRT_PARAMS);
  const int8_t *features = (const int8_t *)cgrt_stage_row(run, k - 1, y);
  int32_t *rgb = (int32_t *)(void *)cgrt_stage_row(run, k, y), lim = cgrt_lim(cgrt_shift(l));
  cgrt_colour c;
  c.shift = cgrt_shift(l);
  start_sum(run, k, rgb, y);
  for (uint32_t r = 0; r < cgrt_cout(l); r++, params += 8) {
    c.weights = table + r * cgrt_cin(l);
    c.bias = cgrt_clamp(cgrt_i32(params), -lim, lim);
    c.multiplier = cgrt_clampq(cgrt_i32(params + 4));
    cgrt_rgb_row(rgb + r, cgrt_cout(l), features, cgrt_width(run->file, cgrt_level(l)), cgrt_cin(l), &c);
  }
}
