#include "dot.h"
#include "kernels.h"

void cgrt_filter_row_3x3(int32_t *sums, const int8_t *const rows[3], const int8_t *filter, uint32_t width, uint32_t cin) {
  for (uint32_t x = 0; x < width; x++) {
    int32_t sum = 0;
    for (unsigned ky = 0; ky < 3; ky++) {
      if (rows[ky]) sum += cgrt_window_dot(rows[ky], filter + 3 * ky * cin, (int32_t)x - 1, 3, width, cin);
    }
    sums[x] = sum;
  }
}
