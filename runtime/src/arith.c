#include "arith.h"
#include "bytes.h"

int32_t cgrt_scaled(int32_t q, int32_t factor) {
  int64_t v = ((int64_t)q * factor + 32768) >> 16;
  return v < -CGRT_Q ? -CGRT_Q : v > CGRT_Q ? CGRT_Q : (int32_t)v;
}

int32_t cgrt_param_bias(const uint8_t *param, uint32_t shift) {
  int32_t lim = cgrt_lim(shift);
  return cgrt_clamp(cgrt_i32(param), -lim, lim);
}

int32_t cgrt_param_mult(const uint8_t *param) { return cgrt_clampq(cgrt_i32(param + 4)); }
