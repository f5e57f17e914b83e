#include "kernels.h"

/* The input row under the filter's row ky. Padding is judged on the enlarged map: that rounds down to -1 and height as well. */
static int32_t input_y(uint32_t type, uint32_t y, int32_t ky) {
  if (type == CGRT_UP2P) return (int32_t)((y + 1) / 2) - 1 + ky;
  return type == CGRT_UP3 ? ((int32_t)y - 1 + ky) >> 1 : (int32_t)y - 1 + ky;
}

void cgrt_open_window(cgrt_window *window, const cgrt_run *run, uint32_t k, uint32_t y) {
  uint32_t source = cgrt_source(run, k), from = cgrt_level(cgrt_layer(run->file, source));
  int32_t height = (int32_t)cgrt_height(run->file, from);
  window->width = cgrt_width(run->file, from);
  for (int32_t ky = 0; ky < 3; ky++) {
    int32_t in = input_y(cgrt_type(cgrt_layer(run->file, k)), y, ky);
    window->rows[ky] = in < 0 || in >= height ? 0 : (const int8_t *)cgrt_stage_row(run, source, (uint32_t)in);
  }
}

void cgrt_conv_sums(const cgrt_run *run, const uint8_t *l, const cgrt_window *w, uint32_t y, uint32_t o) {
  uint32_t cin = cgrt_cin(l), cout = cgrt_cout(l);
  switch (cgrt_type(l)) {
    case CGRT_CONV3: cgrt_filter_row_3x3(run->sums, w->rows, cgrt_filter(run, l, o), w->width, cin); break;
    case CGRT_UP3: cgrt_filter_row_up3(run->sums, w->rows, cgrt_filter(run, l, o), w->width, cin); break;
    default:
      o += y % 2 * 2 * cout; /* the two phases of this row; one packed filter at a time */
      cgrt_filter_row_phase(run->sums, w->rows, cgrt_filter(run, l, o), w->width, cin, 0);
      cgrt_filter_row_phase(run->sums, w->rows, cgrt_filter(run, l, o + cout), w->width, cin, 1);
  }
}
