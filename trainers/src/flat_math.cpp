#include "flat_math.h"

#include <cmath>
#include <cstdint>
#include <cstring>

namespace centigan {

void adam_pass(float* __restrict p, float* __restrict m, float* __restrict v, const float* __restrict g, size_t n,
               const AdamPass& pass) {
  const AdamPass a = pass;
  for (size_t i = 0; i < n; ++i) {
    m[i] = a.beta1 * m[i] + a.rest1 * g[i];
    v[i] = a.beta2 * v[i] + a.rest2 * (g[i] * g[i]);
    p[i] -= a.step * m[i] / (std::sqrt(v[i]) * a.root_scale + a.eps);
  }
}

void average_pass(float* __restrict average, const float* __restrict p, size_t n, float beta) {
  for (size_t i = 0; i < n; ++i) average[i] = p[i] + beta * (average[i] - p[i]);
}

void add_pass(float* __restrict sum, const float* __restrict x, size_t n) {
  for (size_t i = 0; i < n; ++i) sum[i] += x[i];
}

// Infinities and NaN have all exponent bits set. Integers, because a float sum may not be reordered into lanes.
bool finite_pass(const float* x, size_t n) {
  uint32_t bad = 0;
  for (size_t i = 0; i < n; ++i) {
    uint32_t bits;
    std::memcpy(&bits, x + i, sizeof bits);
    bad |= static_cast<uint32_t>((bits & 0x7F800000u) == 0x7F800000u);
  }
  return bad == 0;
}

}  // namespace centigan
