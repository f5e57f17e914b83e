#include "dot.h"

void cgrt_filter_row_phase(int32_t *sums, const cgrt_window *window, const int8_t *filter, uint32_t phase) {
  sums += phase;
  for (uint32_t j = 0; j < window->width; j++, sums += 2) {
    int32_t first = (int32_t)(j + phase) - 1;
    *sums = cgrt_window_dot(window, 0, filter, first, 2);
    *sums += cgrt_window_dot(window, 1, filter + 2 * window->cin, first, 2);
  }
}
