#include "kernels.h"

#if CGRT_NEON

#include <arm_neon.h>

int32_t cgrt_dense_row_neon(const int8_t *weights, const int8_t *values, uint32_t n) {
  int32x4_t sum = vdupq_n_s32(0);
  int32_t rest = 0;
  uint32_t i = 0;
  for (; i + 8 <= n; i += 8) sum = vpadalq_s16(sum, vmull_s8(vld1_s8(weights + i), vld1_s8(values + i)));
  for (; i < n; i++) rest += weights[i] * values[i];
  return rest + vaddvq_s32(sum);
}

#else
typedef char cgrt_no_dense_row_neon;
#endif
