// Passes over flat float buffers. No torch: compiled with vectorising flags of its own.
#pragma once
#include <cstddef>

namespace centigan {

struct AdamPass {
  float beta1, rest1;  // rest: 1 - beta, from float64 where it does not lose digits
  float beta2, rest2;
  float step;        // lr / (1 - beta1^t)
  float root_scale;  // 1 / sqrt(1 - beta2^t)
  float eps;
};

void adam_pass(float* p, float* m, float* v, const float* g, size_t n, const AdamPass& pass);
void average_pass(float* average, const float* p, size_t n, float beta);
void add_pass(float* sum, const float* x, size_t n);
bool finite_pass(const float* x, size_t n);

}  // namespace centigan
