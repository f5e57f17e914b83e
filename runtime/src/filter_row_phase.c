#include "dot.h"
#include "kernels.h"

void cgrt_filter_row_phase(int32_t *sums, const int8_t *const rows[2], const int8_t *filter, uint32_t width, uint32_t cin,
                           uint32_t phase) {
  for (uint32_t j = 0; j < width; j++) {
    int32_t sum = 0;
    for (unsigned ky = 0; ky < 2; ky++) {
      if (rows[ky]) sum += cgrt_window_dot(rows[ky], filter + 2 * ky * cin, (int32_t)(j + phase) - 1, 2, width, cin);
    }
    sums[2 * j + phase] = sum;
  }
}
