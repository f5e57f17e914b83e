#include "kernels.h"

typedef struct window {
  const int8_t *rows[3]; /* the input rows under the filter's rows, NULL outside the map */
  uint32_t width, cin;   /* of the input */
} window;

/* Padding is judged on the enlarged map, so row y + ky - 1 decides for an up layer too. */
static const int8_t *input_row(const cgrt_run *run, uint32_t source, int32_t y, uint32_t height) {
  if (y < 0 || y >= (int32_t)height) return 0;
  return (const int8_t *)cgrt_stage_row(run, source, (uint32_t)y);
}

static window open_window(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_layer(run->file, k);
  uint32_t source = cgrt_source(run->file, k), from = cgrt_level(cgrt_layer(run->file, source));
  uint32_t height = cgrt_height(run->file, from), type = cgrt_type(l);
  window w;
  w.width = cgrt_width(run->file, from);
  w.cin = cgrt_cin(l);
  for (int32_t ky = 0; ky < 3; ky++) {
    int32_t top = (int32_t)y + ky - 1;
    if (type == CGRT_UP3) top >>= 1;
    if (type == CGRT_UP2P) top = (int32_t)(y / 2 + y % 2) + ky - 1;
    w.rows[ky] = input_row(run, source, top, height);
  }
  return w;
}

static void filter_row(const cgrt_run *run, const uint8_t *l, const window *w, uint32_t y, uint32_t o) {
  if (cgrt_type(l) == CGRT_CONV3) {
    cgrt_filter_row_3x3(run->sums, w->rows, cgrt_filter(run, l, o), w->width, w->cin);
  } else if (cgrt_type(l) == CGRT_UP3) {
    cgrt_filter_row_up3(run->sums, w->rows, cgrt_filter(run, l, o), w->width, w->cin);
  } else {
    uint32_t first = y % 2 * 2 * cgrt_cout(l) + o;
    cgrt_filter_row_phase(run->sums, w->rows, cgrt_filter(run, l, first), w->width, w->cin, 0);
    cgrt_filter_row_phase(run->sums, w->rows, cgrt_filter(run, l, first + cgrt_cout(l)), w->width, w->cin, 1);
  }
}

void cgrt_conv_row(const cgrt_run *run, uint32_t k, const cgrt_channel *table, uint32_t y) {
  const uint8_t *l = cgrt_layer(run->file, k), *strength = cgrt_blob(run->file, l, CGRT_STRENGTH);
  uint32_t cout = cgrt_cout(l), width = cgrt_width(run->file, cgrt_level(l));
  int8_t *out = (int8_t *)cgrt_stage_row(run, k, y);
  window w = open_window(run, k, y);
  cgrt_epilogue e;
  e.noise = cgrt_noise_row(run, k, y);
  e.shift = cgrt_shift(l);
  for (uint32_t o = 0; o < cout; o++) {
    e.channel = table[o];
    e.strength = e.noise ? cgrt_i16(strength + 2 * o) : 0;
    filter_row(run, l, &w, y, o);
    cgrt_epilogue_row(out + o, cout, run->sums, width, &e);
  }
}
