#include "mve.h"

#if CGRT_MVE

static uint32_t mve_taps(const cgrt_conv *c) { return c->type == CGRT_UP2P ? 2 : 3; }

/* The filter from its column `first` on, so many columns of it. */
static void mve_open_filter(cgrt_mve_window *w, const cgrt_conv *c, const int8_t *filter, uint32_t first, uint32_t columns) {
  uint32_t cin = c->window.cin, row = mve_taps(c) * cin;
  w->filter = filter + (w->rows == c->window.rows ? 0 : row) + first * cin;
  w->n = columns * cin;
  w->cin = cin;
  w->skip = row - ((w->n + 15) & ~15u);
}

/* sums[i] of the window from column i + first on, always four of them. Where the window lies partly outside, one pixel is made four times:
 * the sums beside it follow, up to those that are made once more at the end of what lies inside. */
CGRT_APART static void mve_filter_row(cgrt_mve_window *w, const cgrt_conv *c, const int8_t *filter, int32_t first) {
  int32_t width = (int32_t)c->window.width, cin = (int32_t)c->window.cin, taps = (int32_t)mve_taps(c), last = width - taps - 3, x = 0;
  int32_t *sums = c->to.sums;
  if (first + taps > 1) {
    mve_open_filter(w, c, filter, 0, (uint32_t)taps - 1);
    w->cin = 0;
    cgrt_mve_sums4(w, sums + width - 4, (last + 4) * cin);
  }
  if (first < 0) {
    mve_open_filter(w, c, filter, 1, (uint32_t)taps - 1);
    w->cin = 0;
    cgrt_mve_sums4(w, sums, 0);
    sums++;
  }
  mve_open_filter(w, c, filter, 0, (uint32_t)taps);
  for (; x < last; x += 4) cgrt_mve_sums4(w, sums + x, x * cin);
  cgrt_mve_sums4(w, sums + last, last * cin);
}

/* Every input pixel lies under two columns of the output, so each of its three inner products serves two neighbours: x and x + 1, for
 * the first of four pixels. Those before `from` have had their turn. */
CGRT_APART static void mve_spread(const cgrt_target *to, const int32_t *products, uint32_t x, uint32_t from) {
  for (uint32_t i = from; i < 4; i++) {
    uint32_t column = x + 2 * i;
    if (column < to->width) to->sums[column] += products[i];
    if (column + 1 < to->width) to->sums[column + 1] += products[i];
  }
}

CGRT_APART static void mve_filter_row_up3(cgrt_mve_window *w, const cgrt_conv *c, const int8_t *filter) {
  int32_t products[4];
  cgrt_zero(c->to.sums, 4 * c->to.width);
  for (uint32_t tap = 0; tap < 3; tap++) {
    mve_open_filter(w, c, filter, tap, 1);
    for (uint32_t j = 0; j < c->window.width; j += 4) {
      uint32_t again = j + 4 <= c->window.width ? 0 : j + 4 - c->window.width; /* the last four overlap those before */
      cgrt_mve_sums4(w, products, (int32_t)((j - again) * w->cin));
      mve_spread(&c->to, products, 2 * (j - again) + 1 - tap, again); /* -1, as a large number, left of the row */
    }
  }
}

CGRT_APART static void mve_conv_row(const cgrt_conv *c) {
  uint32_t phases = c->type == CGRT_UP2P ? 2 : 1;
  cgrt_mve_window w;
  w.rows = c->window.rows + !c->window.rows[0]; /* a row outside the map adds nothing */
  w.count = mve_taps(c) - !c->window.rows[0];
  if (!w.rows[w.count - 1]) w.count--;
  for (uint32_t phase = 0; phase < phases; phase++) {
    for (uint32_t o = 0; o < c->to.cout; o++) {
      const int8_t *filter = cgrt_conv_filter(c, phase, o);
      if (c->type == CGRT_UP3) mve_filter_row_up3(&w, c, filter);
      else mve_filter_row(&w, c, filter, (int32_t)phase - 1);
      cgrt_mve_epilogue(&c->to, o, phase, phases);
    }
  }
}

void cgrt_conv_row_m(const cgrt_conv *c) {
  uint32_t fewest = c->type == CGRT_UP3 ? 4 : 6; /* four columns inside, for the others one more on both sides */
  if (c->window.width < fewest) cgrt_conv_row_c(c);
  else mve_conv_row(c);
}

#else
typedef int cgrt_no_mve_conv_row; /* ISO C wants a declaration in every file */
#endif
