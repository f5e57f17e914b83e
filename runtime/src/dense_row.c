#include "dot.h"
#include "kernels.h"

int32_t cgrt_dense_row(const int8_t *weights, const int8_t *values, uint32_t n) { return cgrt_dot(weights, values, n); }
