#include "kernels.h"
#include "random.h"

/* Noise of row y, or NULL if the layer or the call has none. */
static const int8_t *noise_row(const cgrt_run *run, uint32_t k, uint32_t y, uint32_t width, int8_t *noise) {
  uint64_t seed = run->options->noise == CGRT_NOISE_FIXED ? cgrt_noise_seed(run->file) : run->seed;
  if (!cgrt_has(cgrt_record(run, k), CGRT_NOISE) || run->options->noise == CGRT_NOISE_OFF) return 0;
  CGRT_KERNEL(run, fill_noise)(noise, seed, CGRT_STREAM_NOISE + k, y * width, width);
  return noise;
}

CGRT_APART static void open_target(cgrt_target *t, const cgrt_run *run, uint32_t k, uint32_t y, int8_t *noise) {
  const uint8_t *l = cgrt_record(run, k);
  t->out = (int8_t *)cgrt_stage_row(run, k, y);
  t->width = cgrt_width(run->file, cgrt_level(l));
  t->cout = cgrt_cout(l);
  t->channels = (const cgrt_channel *)cgrt_table(run, k);
  t->noise = noise_row(run, k, y, t->width, noise);
  t->strengths = cgrt_blob(run->file, l, CGRT_STRENGTH);
  t->shift = cgrt_shift(l);
  t->sums = run->sums;
}

/* The constant, and for a dense start an inner product with the style per pixel. */
static void start_sums(const cgrt_run *run, const uint8_t *l, const cgrt_target *t, uint32_t index) {
  const int8_t *constant = (const int8_t *)cgrt_blob(run->file, l, CGRT_CONST);
  uint32_t style = cgrt_style(run->file);
  for (uint32_t x = 0; x < t->width; x++, index += t->cout) {
    t->sums[x] = constant[index] * (int32_t)(1u << cgrt_const_shift(l));
    if (cgrt_has(l, CGRT_DENSE)) t->sums[x] += CGRT_KERNEL(run, dense_row)(cgrt_filter(run, l, index), run->w, style);
  }
}

CGRT_APART static void start_row(const cgrt_run *run, const uint8_t *l, const cgrt_target *t, uint32_t y) {
#if CGRT_X86
  if (run->kernels->finish) {
    cgrt_start_lanes(run, l, t, y);
    return;
  }
#endif
  for (uint32_t o = 0; o < t->cout; o++) {
    start_sums(run, l, t, y * t->width * t->cout + o);
    cgrt_epilogue_row(t, o);
  }
}

/* The input row under the filter's row ky. Padding is judged on the enlarged map: that rounds to -1 and height as well. */
static int32_t input_y(uint32_t type, uint32_t y, int32_t ky) {
  int32_t out = (int32_t)y;
  if (type == CGRT_UP2P) return ((out + 1) >> 1) - 1 + ky;
  return type == CGRT_UP3 ? (out - 1 + ky) >> 1 : out - 1 + ky;
}

static void open_window(cgrt_window *window, const cgrt_run *run, uint32_t k, uint32_t y) {
  uint32_t source = cgrt_source(run, k), from = cgrt_level(cgrt_record(run, source));
  uint32_t height = cgrt_height(run->file, from), type = cgrt_type(cgrt_record(run, k));
  window->width = cgrt_width(run->file, from);
  window->cin = cgrt_cin(cgrt_record(run, k));
  for (int32_t ky = 0; ky < 3; ky++) { /* a row above the map is a large number */
    uint32_t in = (uint32_t)input_y(type, y, ky);
    window->rows[ky] = in < height ? (const int8_t *)cgrt_stage_row(run, source, in) : 0;
  }
}

CGRT_APART static void open_conv(const cgrt_run *run, uint32_t k, cgrt_conv *c, uint32_t y) {
  const uint8_t *l = cgrt_record(run, k);
  uint32_t phase; /* bytes of the filters of one phase */
  open_window(&c->window, run, k, y);
  c->type = cgrt_type(l);
  c->pitch = cgrt_filter_bytes(l);
  c->elements = cgrt_filter_elements(l);
  c->bits = cgrt_wbits(l);
  c->unpacked = run->filter;
  c->scratch = run->arena + run->scratch_at;
  c->scratch_bytes = run->scratch_end - run->scratch_at;
  phase = c->to.cout * c->pitch;
  c->filters[0] = cgrt_blob(run->file, l, CGRT_WEIGHTS);
  if (c->type == CGRT_UP2P) c->filters[0] += y % 2 * 2 * phase;
  c->filters[1] = c->filters[0] + phase;
}

#if CGRT_VECTORS
#define CGRT_CONV_ROW(run, conv) CGRT_KERNEL(run, conv_rows)(conv, 1)

void cgrt_feature_rows(const cgrt_run *run, uint32_t k, uint32_t y, uint32_t count) {
  uint32_t every = cgrt_type(cgrt_record(run, k)) == CGRT_UP2P ? 2 : 1;
  int8_t noise[CGRT_ROWS_NOISE], *at = noise;
  cgrt_conv rows[CGRT_ROWS];
  for (uint32_t parity = 0; parity < every; parity++) {
    uint32_t n = 0;
    for (uint32_t i = parity; i < count; i += every, n++) {
      open_target(&rows[n].to, run, k, y + i, at);
      at += rows[n].to.width;
      open_conv(run, k, &rows[n], y + i);
    }
    CGRT_KERNEL(run, conv_rows)(rows, n);
  }
}

#else
#define CGRT_CONV_ROW(run, conv) CGRT_KERNEL(run, conv_row)(conv)
#endif

int cgrt_feature_row(const cgrt_run *run, uint32_t k, uint32_t y) {
  const uint8_t *l = cgrt_record(run, k);
  cgrt_conv c;
  open_target(&c.to, run, k, y, (int8_t *)run->row);
  if (cgrt_is_conv(l)) {
    open_conv(run, k, &c, y);
    CGRT_CONV_ROW(run, &c);
  } else {
    start_row(run, l, &c.to, y);
  }
  return CGRT_OK;
}
