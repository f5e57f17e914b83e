// Plain C++, no torch.
#pragma once
#include <cstdint>

#include "bias_act/bias_act_pointwise.h"
#include "common/kernel.h"

namespace centigan {

// What is a unit of work, and of the partial sums of the bias gradient: runs of `step` values where step > 1, else up
// to kBiasActRows rows of `channels` values. Independent of the number of threads.
constexpr int64_t kBiasActRows = 64;

// y = clamp(gain * act(x + b)); b may be null. Units begin ... end - 1 of `size` values.
template <class T>
void bias_act_kernel_cpu(const T* x, const Accumulator<T>* b, T* y, int64_t size, const BiasActParams& p, int64_t begin,
                         int64_t end);

// dx = dy * gain * act' inside the clamp. r: x (with b) or y, see from_input; null where nothing is needed of it.
// sums, if not null: of dx over a unit, [units] where step > 1, else [units][channels].
template <class T>
void bias_act_backward_kernel_cpu(const T* dy, const T* r, const Accumulator<T>* b, T* dx, Accumulator<T>* sums,
                                  int64_t size, const BiasActParams& p, int64_t begin, int64_t end);

// grad * dy * gain * act'' inside the clamp: the derivative by x + b of sum(grad * dx).
template <class T>
void bias_act_double_backward_kernel_cpu(const T* grad, const T* dy, const T* r, const Accumulator<T>* b, T* out,
                                         int64_t size, const BiasActParams& p, int64_t begin, int64_t end);

inline int64_t bias_act_unit(const BiasActParams& p) {
  return p.step > 1 ? p.step : kBiasActRows * p.channels;
}

}  // namespace centigan
