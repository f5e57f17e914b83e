#include "filters.h"

void cgrt_filter_row(int32_t *sums, const cgrt_window *window, const int8_t *filter, uint32_t taps, uint32_t phase) {
  uint32_t every = 4 - taps;
  sums += phase;
  for (uint32_t x = 0; x < window->width; x++, sums += every) {
    *sums = 0;
    for (uint32_t ky = 0; ky < taps; ky++) {
      *sums += cgrt_window_dot(window, ky, filter + ky * taps * window->cin, (int32_t)(x + phase) - 1, taps);
    }
  }
}
