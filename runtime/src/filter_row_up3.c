#include "filters.h"

/* Every input pixel lies under two columns of the output, so each of its three inner products serves two neighbouring outputs:
 * half the work of filtering the enlarged row. x is -1, as a large number, left of the row. */
static void add_pixel(int32_t *sums, const int8_t *pixel, const int8_t *filter, uint32_t j, const cgrt_window *window) {
  for (uint32_t tap = 0; tap < 3; tap++, filter += window->cin) {
    int32_t product = cgrt_dense_row_c(pixel, filter, window->cin);
    uint32_t x = 2 * j + 1 - tap;
    if (x < 2 * window->width) sums[x] += product;
    if (++x < 2 * window->width) sums[x] += product;
  }
}

void cgrt_filter_row_up3(int32_t *sums, const cgrt_window *window, const int8_t *filter) {
  uint32_t cin = window->cin, width = window->width;
  cgrt_zero(sums, 2 * width * sizeof *sums);
  for (uint32_t ky = 0; ky < 3; ky++, filter += 3 * cin) {
    if (!window->rows[ky]) continue;
    for (uint32_t j = 0; j < width; j++) add_pixel(sums, window->rows[ky] + j * cin, filter, j, window);
  }
}
