#include "cortex_m.h"

#if CGRT_CORTEX_M

static uint32_t m_taps(const cgrt_conv *c) { return c->type == CGRT_UP2P ? 2 : 3; }

/* The filter from its column `first` on, so many columns of it. */
static void m_open_filter(cgrt_m_window *w, const cgrt_conv *c, const int8_t *filter, uint32_t first, uint32_t columns) {
  uint32_t cin = c->window.cin, row = m_taps(c) * cin;
  w->filter = filter + (w->rows == c->window.rows ? 0 : row) + first * cin;
  w->n = columns * cin;
  w->cin = cin;
  w->skip = row - CGRT_M_ROUNDED(w->n);
}

/* sums[i * step] of the window from column i + first on, always four of them. Where the window lies partly outside, one pixel is made four
 * times: the sums beside it follow, up to those that are made once more at the end of what lies inside. */
CGRT_APART static void m_filter_row(cgrt_m_window *w, const cgrt_conv *c, const int8_t *filter, int32_t first) {
  int32_t width = (int32_t)c->window.width, cin = (int32_t)c->window.cin, taps = (int32_t)m_taps(c), last = width - taps - 3, x = 0;
  int32_t step = (int32_t)(w->step / 4), *sums = c->to.sums + (step - 1) * (first + 1);
  if (first + taps > 1) {
    m_open_filter(w, c, filter, 0, (uint32_t)taps - 1);
    w->cin = 0;
    cgrt_m_sums4(w, sums + (width - 4) * step, (last + 4) * cin);
  }
  if (first < 0) {
    m_open_filter(w, c, filter, 1, (uint32_t)taps - 1);
    w->cin = 0;
    cgrt_m_sums4(w, sums, 0);
    sums += step;
  }
  m_open_filter(w, c, filter, 0, (uint32_t)taps);
  for (; x < last; x += 4) cgrt_m_sums4(w, sums + x * step, x * cin);
  cgrt_m_sums4(w, sums + last * step, last * cin);
}

/* Every input pixel lies under two columns of the output, so each of its three inner products serves two neighbours: x and x + 1, for
 * the first of four pixels. Those before `from` have had their turn. */
CGRT_APART static void m_spread(const cgrt_target *to, const int32_t *products, uint32_t x, uint32_t from) {
  for (uint32_t i = from; i < 4; i++) {
    uint32_t column = x + 2 * i;
    if (column < to->width) to->sums[column] += products[i];
    if (column + 1 < to->width) to->sums[column + 1] += products[i];
  }
}

CGRT_APART static void m_filter_row_up3(cgrt_m_window *w, const cgrt_conv *c, const int8_t *filter) {
  int32_t products[4];
  cgrt_zero(c->to.sums, 4 * c->to.width);
  for (uint32_t tap = 0; tap < 3; tap++) {
    m_open_filter(w, c, filter, tap, 1);
    for (uint32_t j = 0; j < c->window.width; j += 4) {
      uint32_t again = j + 4 <= c->window.width ? 0 : j + 4 - c->window.width; /* the last four overlap those before */
      cgrt_m_sums4(w, products, (int32_t)((j - again) * w->cin));
      m_spread(&c->to, products, 2 * (j - again) + 1 - tap, again); /* -1, as a large number, left of the row */
    }
  }
}

CGRT_APART static void m_conv_row(const cgrt_conv *c) {
  cgrt_m_window w;
  w.rows = c->window.rows + !c->window.rows[0]; /* a row outside the map adds nothing */
  w.count = m_taps(c) - !c->window.rows[0];
  if (!w.rows[w.count - 1]) w.count--;
  w.step = c->type == CGRT_UP2P ? 8 : 4;
  for (uint32_t o = 0; o < c->to.cout; o++) {
    const int8_t *filter = cgrt_conv_filter(c, 0, o);
    if (c->type == CGRT_UP3) m_filter_row_up3(&w, c, filter);
    else m_filter_row(&w, c, filter, -1);
    if (c->type == CGRT_UP2P) m_filter_row(&w, c, cgrt_conv_filter(c, 1, o), 0);
    CGRT_M_EPILOGUE_ROW(&c->to, o);
  }
}

void cgrt_m_conv_row(const cgrt_conv *c) {
  uint32_t fewest = c->type == CGRT_UP3 ? 4 : 6; /* four columns inside, for the others one more on both sides */
  if (c->window.width < fewest || !CGRT_M_TAKES(c->window.cin)) cgrt_conv_row_c(c);
  else m_conv_row(c);
}

#else
typedef int cgrt_no_cortex_m_conv_row; /* ISO C wants a declaration in every file */
#endif
