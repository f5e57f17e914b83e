#include "strips.h"

#if CGRT_X86

enum { CGRT_START_PIXELS = 8 }; /* at once */

/* Sixteen outputs of one pixel, or fewer: the constant, and for a dense start inner products with the style. */
static void start_pixel(const cgrt_run *run, const uint8_t *l, int32_t *sums, uint32_t index, uint32_t lanes) {
  const int8_t *constant = (const int8_t *)cgrt_blob(run->file, l, CGRT_CONST) + index;
  int32_t unit = (int32_t)(1u << cgrt_const_shift(l));
  cgrt_zero(sums, 4 * CGRT_LANES);
  if (cgrt_has(l, CGRT_DENSE)) cgrt_filter_rows(run, l, sums, index, lanes, cgrt_style(run->file));
  for (uint32_t i = 0; i < lanes; i++) sums[i] += constant[i] * unit;
}

void cgrt_start_lanes(const cgrt_run *run, const uint8_t *l, const cgrt_target *t, uint32_t y) {
  int32_t sums[CGRT_START_PIXELS * CGRT_LANES];
  cgrt_finish f;
  f.sums[0] = sums;
  f.sums[1] = f.sums[2] = 0;
  f.out_pitch = t->cout;
  f.noise_pitch = 1;
  for (uint32_t first = 0; first < t->cout; first += CGRT_LANES) {
    cgrt_open_finish(&f, t, first, CGRT_LANES);
    for (uint32_t x = 0; x < t->width; x += f.pixels) {
      uint32_t index = (y * t->width + x) * t->cout + first;
      f.pixels = cgrt_min(t->width - x, CGRT_START_PIXELS);
      f.out = t->out + x * t->cout + first;
      f.noise = t->noise ? t->noise + x : 0;
      for (uint32_t p = 0; p < f.pixels; p++) start_pixel(run, l, sums + p * CGRT_LANES, index + p * t->cout, f.lanes);
      CGRT_KERNEL(run, finish)(&f);
    }
  }
}

#else
typedef char cgrt_no_start_lanes;
#endif
