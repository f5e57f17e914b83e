#include "kernels.h"

/* Every input pixel lies under two columns of the output, so each of its three inner products serves two or one of the four
 * outputs it reaches: half the work of filtering the enlarged row. */
static void add_pixel(int32_t *sums, const int8_t *pixel, const int8_t *filter, uint32_t j, uint32_t width, uint32_t cin) {
  int32_t left = cgrt_dense_row(pixel, filter, cin);
  int32_t middle = cgrt_dense_row(pixel, filter + cin, cin);
  int32_t right = cgrt_dense_row(pixel, filter + 2 * cin, cin);
  if (j > 0) sums[2 * j - 1] += right;
  sums[2 * j] += middle + right;
  sums[2 * j + 1] += left + middle;
  if (j + 1 < width) sums[2 * j + 2] += left;
}

void cgrt_filter_row_up3(int32_t *sums, const int8_t *const rows[3], const int8_t *filter, uint32_t width, uint32_t cin) {
  for (uint32_t x = 0; x < 2 * width; x++) sums[x] = 0;
  for (unsigned ky = 0; ky < 3; ky++) {
    if (!rows[ky]) continue;
    for (uint32_t j = 0; j < width; j++) add_pixel(sums, rows[ky] + j * cin, filter + 3 * ky * cin, j, width, cin);
  }
}
