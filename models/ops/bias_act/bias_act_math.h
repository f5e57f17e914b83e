// The activations and their derivatives, for kernels on any device. Plain C++, no torch.
#pragma once
#include <cmath>
#include <cstdint>

#ifdef __CUDACC__
#define CENTIGAN_MATH __host__ __device__ inline
#else
#define CENTIGAN_MATH inline __attribute__((always_inline))
#endif

namespace centigan {

enum class Act : int { kLinear, kRelu, kLrelu, kTanh, kSigmoid, kElu, kSelu, kSoftplus, kSwish };

constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
constexpr double kSeluScale = 1.0507009873554804934193349852946;

// Activation of v = x + b. S is float or double.
template <Act A, class S>
CENTIGAN_MATH S activate(S v, S alpha) {
  if constexpr (A == Act::kRelu) return v <= S(0) ? S(0) : v;
  if constexpr (A == Act::kLrelu) return v > S(0) ? v : alpha * v;
  if constexpr (A == Act::kTanh) return std::tanh(v);
  if constexpr (A == Act::kSigmoid) return S(1) / (S(1) + std::exp(-v));
  if constexpr (A == Act::kElu) return v > S(0) ? v : std::expm1(v);
  if constexpr (A == Act::kSelu) return S(kSeluScale) * (v > S(0) ? v : S(kSeluAlpha) * std::expm1(v));
  if constexpr (A == Act::kSoftplus) return (v > S(0) ? v : S(0)) + std::log1p(std::exp(v > S(0) ? -v : v));
  if constexpr (A == Act::kSwish) return v / (S(1) + std::exp(-v));
  return v;
}

// Derivative, from v where `from_input` says so (swish; lrelu with a negative slope), else from y = act(v).
template <Act A, class S>
CENTIGAN_MATH S derivative(S r, S alpha) {
  if constexpr (A == Act::kRelu) return r > S(0) ? S(1) : S(0);
  if constexpr (A == Act::kLrelu) return r > S(0) ? S(1) : alpha;
  if constexpr (A == Act::kTanh) return S(1) - r * r;
  if constexpr (A == Act::kSigmoid) return r * (S(1) - r);
  if constexpr (A == Act::kElu) return r > S(0) ? S(1) : r + S(1);
  if constexpr (A == Act::kSelu) return r > S(0) ? S(kSeluScale) : r + S(kSeluScale * kSeluAlpha);
  if constexpr (A == Act::kSoftplus) return -std::expm1(-r);
  if constexpr (A == Act::kSwish) {
    const S s = S(1) / (S(1) + std::exp(-r));
    return s * (S(1) + r * (S(1) - s));
  }
  return S(1);
}

template <Act A, class S>
CENTIGAN_MATH S second_derivative(S r) {
  if constexpr (A == Act::kTanh) return S(-2) * r * (S(1) - r * r);
  if constexpr (A == Act::kSigmoid) return r * (S(1) - r) * (S(1) - S(2) * r);
  if constexpr (A == Act::kElu) return r > S(0) ? S(0) : r + S(1);
  if constexpr (A == Act::kSelu) return r > S(0) ? S(0) : r + S(kSeluScale * kSeluAlpha);
  if constexpr (A == Act::kSoftplus) {
    const S e = std::exp(-r);
    return e * (S(1) - e);
  }
  if constexpr (A == Act::kSwish) {
    const S s = S(1) / (S(1) + std::exp(-r));
    return s * (S(1) - s) * (S(2) + r * (S(1) - S(2) * s));
  }
  return S(0);
}

}  // namespace centigan
