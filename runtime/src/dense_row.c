#include "kernels.h"

int32_t cgrt_dense_row_c(const int8_t *weights, const int8_t *values, uint32_t n) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += weights[i] * values[i];
  return sum;
}
