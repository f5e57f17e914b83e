#include "dot.h"

void cgrt_filter_row_3x3(int32_t *sums, const cgrt_window *window, const int8_t *filter) {
  for (uint32_t x = 0; x < window->width; x++) {
    int32_t sum = 0;
    for (uint32_t ky = 0; ky < 3; ky++) {
      sum += cgrt_window_dot(window, ky, filter + 3 * ky * window->cin, (int32_t)x - 1, 3);
    }
    sums[x] = sum;
  }
}
