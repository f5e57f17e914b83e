#include "sums.h"

/* The input row under the filter's row ky. Padding is judged on the enlarged map: that rounds to -1 and height as well. */
static int32_t input_y(uint32_t type, uint32_t y, int32_t ky) {
  int32_t out = (int32_t)y;
  if (type == CGRT_UP2P) return ((out + 1) >> 1) - 1 + ky;
  return type == CGRT_UP3 ? (out - 1 + ky) >> 1 : out - 1 + ky;
}

void cgrt_open_window(cgrt_window *window, const cgrt_run *run, uint32_t k, uint32_t y) {
  uint32_t source = cgrt_source(run, k), from = cgrt_level(cgrt_record(run, source));
  uint32_t height = cgrt_height(run->file, from);
  window->width = cgrt_width(run->file, from);
  window->cin = cgrt_cin(cgrt_record(run, k));
  for (int32_t ky = 0; ky < 3; ky++) { /* a row above the map is a large number */
    uint32_t in = (uint32_t)input_y(cgrt_type(cgrt_record(run, k)), y, ky);
    window->rows[ky] = in < height ? (const int8_t *)cgrt_stage_row(run, source, in) : 0;
  }
}

void cgrt_conv_sums(const cgrt_run *run, const uint8_t *l, const cgrt_window *window, uint32_t y, uint32_t o) {
  uint32_t cout = cgrt_cout(l);
  if (cgrt_type(l) == CGRT_CONV3) {
    cgrt_filter_row_3x3(run->sums, window, cgrt_filter(run, l, o));
  } else if (cgrt_type(l) == CGRT_UP3) {
    cgrt_filter_row_up3(run->sums, window, cgrt_filter(run, l, o));
  } else { /* the two phases of this row, one packed filter at a time */
    o += y % 2 * 2 * cout;
    cgrt_filter_row_phase(run->sums, window, cgrt_filter(run, l, o), 0);
    cgrt_filter_row_phase(run->sums, window, cgrt_filter(run, l, o + cout), 1);
  }
}
