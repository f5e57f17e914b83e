#include "cortex_m.h"
#include "dsp.h"

#if CGRT_DSP

/* The row is made in strips of columns. A strip's input columns and one filter are widened into the scratch, in the same order:
 * [column][row][channel]. So a window is one piece of memory, and a column of zeros stands where the map ends. This lies in the scratch
 * too, because the stack is small. */
typedef struct dsp_strip {
  const cgrt_conv *conv;
  const int8_t *rows[3];       /* the input rows inside the map, each once */
  uint8_t first_ky[3], kys[3]; /* and the rows of the filter that lie on them: several in UP3 */
  uint32_t count;              /* of them */
  uint32_t cin, taps;          /* taps: columns of the filter */
  uint32_t words;              /* of one column as pairs */
  cgrt_word *filter, *columns; /* pairs */
  uint32_t from, width;        /* this strip's columns of the input, for a CONV3 those of the output too */
  cgrt_dsp_values values;
  cgrt_dsp_window window;
  cgrt_dsp_grid grid;
} dsp_strip;

static uint32_t dsp_taps(const cgrt_conv *c) { return c->type == CGRT_CONV3 ? 3 : 2; }

/* Columns of a strip that the scratch holds beside a filter, or 0. */
static uint32_t dsp_strip_width(const cgrt_conv *c) {
  uint32_t width = c->window.width, taps = dsp_taps(c), column = 2 * c->window.cin * taps, columns, strips;
  if (c->window.cin % 4 != 0 || c->scratch_bytes < sizeof(dsp_strip)) return 0;
  columns = (c->scratch_bytes - (uint32_t)sizeof(dsp_strip)) / column;
  if (columns < taps + 2 + cgrt_min(width, 4)) return 0;
  columns -= taps + 2; /* a filter, and one column more on both sides */
  if (columns >= width) return width;
  columns = columns / 4 * 4;
  strips = (width + columns - 1) / columns;
  return cgrt_al4((width + strips - 1) / strips);
}

CGRT_APART static void dsp_open_rows(dsp_strip *s, const cgrt_conv *c) {
  const int8_t *const *rows = c->window.rows;
  uint32_t n = 0;
  s->conv = c;
  s->cin = c->window.cin;
  s->taps = dsp_taps(c);
  for (uint32_t ky = 0; ky < (c->type == CGRT_UP2P ? 2u : 3u); ky++) {
    if (!rows[ky]) continue;
    if (n > 0 && s->rows[n - 1] == rows[ky] && c->type == CGRT_UP3) {
      s->kys[n - 1]++;
      continue;
    }
    s->rows[n] = rows[ky];
    s->first_ky[n] = (uint8_t)ky;
    s->kys[n++] = 1;
  }
  s->count = n;
  s->words = n * s->cin / 2;
  s->filter = (cgrt_word *)(s + 1);
  s->columns = s->filter + s->taps * s->words;
}

/* Of so many columns in every one of so many rows; the copy's order is [column][row]. */
static void dsp_open_grid(dsp_strip *s, uint32_t columns, uint32_t rows) {
  cgrt_dsp_grid *g = &s->grid;
  g->columns = columns;
  g->rows = rows;
  g->fours = s->cin / 4;
  g->gap = 4 * s->words - 2 * s->cin;
  g->up = 2 * s->cin - 4 * s->words * columns;
}

CGRT_APART static void dsp_add(cgrt_word *to, const int8_t *values, uint32_t count) {
  const cgrt_word *four = (const cgrt_word *)values;
  for (const cgrt_word *past = four + count / 4; four < past; to += 2) {
    uint32_t v = *four++;
    to[0] = (uint32_t)__sadd16((int16x2_t)to[0], (int16x2_t)cgrt_dsp_even(v));
    to[1] = (uint32_t)__sadd16((int16x2_t)to[1], (int16x2_t)cgrt_dsp_odd(v));
  }
}

/* The strip's columns and one more on both sides, with zeros outside of the map. */
CGRT_APART static void dsp_load_columns(dsp_strip *s) {
  uint32_t left = s->from == 0, first = s->from - 1 + left, last = s->from + s->width + 1;
  uint32_t past = cgrt_min(last, s->conv->window.width);
  cgrt_word *to = s->columns + left * s->words;
  dsp_open_grid(s, past - first, 1);
  for (uint32_t k = 0; k < s->count; k++) cgrt_dsp_spread(to + k * s->cin / 2, s->rows[k] + first * s->cin, &s->grid);
  if (left) cgrt_zero(s->columns, 4 * s->words);
  if (past < last) cgrt_zero(to + (past - first) * s->words, 4 * s->words);
}

/* On a map enlarged by doubling, the three columns of UP3's filter lie on two of the input: 0 and 1 to 2, or 0 to 1 and 2. Weights
 * that lie on the same pixel are added up. */
CGRT_APART static void dsp_load_sums(const dsp_strip *s, const int8_t *filter, uint32_t phase) {
  uint32_t cin = s->cin;
  cgrt_word *to = s->filter;
  cgrt_zero(to, 8 * s->words);
  filter += s->first_ky[0] * 3 * cin;
  for (uint32_t k = 0; k < s->count; k++, to += cin / 2) {
    for (uint32_t left = s->kys[k]; left != 0; left--) {
      for (uint32_t kx = 0; kx < 3; kx++, filter += cin) dsp_add(kx > phase ? to + s->words : to, filter, cin);
    }
  }
}

/* What is left of fours. */
CGRT_APART static void dsp_sum_rest(const dsp_strip *s, const cgrt_word *pixels) {
  const cgrt_dsp_window *w = &s->window;
  for (int32_t *sum = w->past; sum < s->conv->to.sums + s->width; sum++) {
    const cgrt_word *pixel = pixels + (sum - s->conv->to.sums) * (int32_t)s->words;
    *sum = w->bias[0];
    for (const cgrt_word *filter = w->filter; filter < w->filter_end;) *sum = cgrt_dsp_mac(*sum, *pixel++, *filter++);
  }
}

CGRT_APART static void dsp_open_phase(dsp_strip *s, uint32_t phase) {
  cgrt_dsp_window *w = &s->window;
  uint32_t phases = s->conv->type == CGRT_CONV3 ? 1 : 2;
  w->filter = s->filter;
  w->filter_end = s->filter + s->taps * s->words;
  w->stride = 4 * s->words;
  w->entry = CGRT_DSP_ENTRY(s->taps * s->words);
  w->past = s->conv->to.sums + s->width / 4 * 4;
  dsp_open_grid(s, s->taps, s->count);
  cgrt_dsp_open_values(&s->values, &s->conv->to, s->from * phases + phase, phases, s->width);
}

/* All channels of every column, or of every second one from `phase` on. */
CGRT_APART static void dsp_make_phase(dsp_strip *s, uint32_t phase) {
  const cgrt_conv *c = s->conv;
  uint32_t which = c->type == CGRT_UP2P ? phase : 0, skipped = s->first_ky[0] * s->taps * s->cin;
  const cgrt_word *pixels = s->columns + phase * s->words;
  dsp_open_phase(s, phase);
  for (uint32_t o = 0; o < c->to.cout; o++) {
    const int8_t *filter = cgrt_conv_filter(c, which, o);
    int32_t *bias = s->window.bias;
    if (c->type == CGRT_UP3) dsp_load_sums(s, filter, phase);
    else cgrt_dsp_spread(s->filter, filter + skipped, &s->grid);
    bias[0] = bias[1] = bias[2] = bias[3] = c->to.channels[o].bias;
    if (s->width >= 4) cgrt_dsp_sums4(&s->window, c->to.sums, pixels);
    if (s->width % 4) dsp_sum_rest(s, pixels);
    cgrt_dsp_epilogue(&s->values, &c->to.channels[o]);
  }
}

CGRT_APART static void dsp_make_row(const cgrt_conv *c, uint32_t step) {
  dsp_strip *s = (dsp_strip *)c->scratch;
  dsp_open_rows(s, c);
  for (s->from = 0; s->from < c->window.width; s->from += step) {
    s->width = cgrt_min(step, c->window.width - s->from);
    dsp_load_columns(s);
    dsp_make_phase(s, 0);
    if (c->type != CGRT_CONV3) dsp_make_phase(s, 1);
  }
}

void cgrt_conv_row_m(const cgrt_conv *c) {
  uint32_t step = dsp_strip_width(c);
  if (step != 0) dsp_make_row(c, step);
  else cgrt_m_conv_row(c);
}

#else
typedef int cgrt_no_dsp_conv_row; /* ISO C wants a declaration in every file */
#endif
