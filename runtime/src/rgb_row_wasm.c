#include "kernels.h"

#if CGRT_WASM

#include <wasm_simd128.h>

#include "arith.h"

static inline int32_t add_lanes_wasm(v128_t v) {
  return wasm_i32x4_extract_lane(v, 0) + wasm_i32x4_extract_lane(v, 1) + wasm_i32x4_extract_lane(v, 2) + wasm_i32x4_extract_lane(v, 3);
}

int32_t cgrt_dense_row_wasm(const int8_t *weights, const int8_t *values, uint32_t n) {
  v128_t sum = wasm_i32x4_const_splat(0);
  int32_t rest = 0;
  uint32_t i = 0;
  for (; i + 8 <= n; i += 8) {
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(weights + i), wasm_i16x8_load8x8(values + i)));
  }
  for (; i < n; i++) rest += weights[i] * values[i];
  return rest + add_lanes_wasm(sum);
}

static int32_t rgb_sum_wasm(const int8_t *features, const int16_t *weights, uint32_t cin) {
  v128_t sum = wasm_i32x4_const_splat(0);
  int32_t rest = 0;
  uint32_t i = 0;
  for (; i + 8 <= cin; i += 8) {
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(features + i), wasm_v128_load(weights + i)));
  }
  for (; i < cin; i++) rest += weights[i] * features[i];
  return rest + add_lanes_wasm(sum);
}

void cgrt_rgb_row_wasm(const cgrt_colours *c) {
  int32_t *rgb = c->rgb;
  for (uint32_t x = 0; x < c->width; x++) {
    for (uint32_t r = 0; r < c->count; r++) {
      int32_t u = c->bias[r] + rgb_sum_wasm(c->features + x * c->cin, c->weights + r * c->cin, c->cin);
      *rgb++ += cgrt_clamp(cgrt_rq(u, c->multiplier[r], c->shift), -CGRT_RGB_MAX, CGRT_RGB_MAX);
    }
  }
}

#else
typedef char cgrt_no_rgb_row_wasm;
#endif
