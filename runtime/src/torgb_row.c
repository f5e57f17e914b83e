#include "arith.h"
#include "kernels.h"
#include "up_rgb.h"

/* The toRGB of the level below. */
static uint32_t below(const cgrt_run *run, uint32_t k) {
  do k--;
  while (cgrt_type(cgrt_record(run, k)) != CGRT_TORGB);
  return k;
}

/* Starts the row with the enlarged sum of the levels below. */
static void start_sum(const cgrt_run *run, uint32_t k, int32_t *rgb, uint32_t y) {
  const uint8_t *f = run->file;
  uint32_t level = cgrt_level(cgrt_record(run, k)), channels = cgrt_channels(f), width = cgrt_width(f, level), source;
  const int32_t *near, *far;
  if (level == cgrt_rgb_first(f)) {
    cgrt_zero(rgb, 4 * channels * width);
    return;
  }
  source = below(run, k);
  near = (const int32_t *)cgrt_stage_row(run, source, y / 2);
  far = (const int32_t *)cgrt_stage_row(run, source, cgrt_neighbour(y, cgrt_height(f, level), cgrt_rgb_up(f)));
  cgrt_up_rgb(rgb, near, far, width, channels, cgrt_rgb_up(f));
}

void cgrt_torgb_row(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_record(run, k), *param = cgrt_blob(run->file, l, CGRT_PARAMS);
  cgrt_colours c;
  c.rgb = (int32_t *)cgrt_stage_row(run, k, y);
  c.features = (const int8_t *)cgrt_stage_row(run, k - 1, y);
  c.weights = (const int16_t *)cgrt_table(run, k);
  c.count = cgrt_cout(l);
  c.width = cgrt_width(run->file, cgrt_level(l));
  c.cin = cgrt_cin(l);
  c.shift = cgrt_shift(l);
  for (uint32_t r = 0; r < c.count; r++, param += 8) {
    c.bias[r] = cgrt_param_bias(param, c.shift);
    c.multiplier[r] = cgrt_param_mult(param);
  }
  start_sum(run, k, c.rgb, y);
  CGRT_KERNEL(run, rgb_row)(&c);
}
