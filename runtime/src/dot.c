#include "filters.h"

/* On a microcontroller this also serves rows for which its own kernels have no scratch. */
#if CGRT_CORTEX_M
#define DENSE_ROW cgrt_dense_row_m
#else
#define DENSE_ROW cgrt_dense_row_c
#endif

int32_t cgrt_window_dot(const cgrt_window *window, uint32_t row, const int8_t *filter, int32_t first, uint32_t taps) {
  const int8_t *pixels = window->rows[row];
  int32_t cin = (int32_t)window->cin, count = (int32_t)taps, past = first + count - (int32_t)window->width;
  if (!pixels) return 0;
  if (past > 0) count -= past;
  if (first < 0) {
    count += first;
    filter -= first * cin;
    first = 0;
  }
  return DENSE_ROW(pixels + first * cin, filter, (uint32_t)(count * cin));
}
