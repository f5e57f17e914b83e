// The activations and their derivatives, for kernels on any device. Plain C++, no torch.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define CENTIGAN_MATH __host__ __device__ inline
#else
#define CENTIGAN_MATH inline __attribute__((always_inline))
#endif

namespace centigan {

enum class Act : int { kLinear, kRelu, kLrelu, kTanh, kSigmoid, kElu, kSelu, kSoftplus, kSwish };

constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
constexpr double kSeluScale = 1.0507009873554804934193349852946;

// 2^n for n of -126 to 127.
CENTIGAN_MATH float power_of_two(int32_t n) {
  const int32_t bits = (n + 127) << 23;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

// exp in float by a polynomial (Cephes; 2 units in the last place), which compilers vectorise where they call a
// function a value for the standard one. Results below 2^-126 are 0.
CENTIGAN_MATH double exp_of(double x) {
  return std::exp(x);
}
CENTIGAN_MATH float exp_of(float x) {
#ifdef __CUDACC__
  return expf(x);
#else
  const float inside = x < -87.33f ? -87.33f : x > 88.72f ? 88.72f : x == x ? x : 0.0f;
  const float n = (inside * 1.44269504f + 12582912.0f) - 12582912.0f;  // to the nearest integer
  const float r = inside - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f, p = p * r + 8.3334519073e-3f, p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f, p = p * r + 5.0000001201e-1f, p = p * r * r + r + 1.0f;
  const int32_t half = static_cast<int32_t>(n) >> 1, rest = static_cast<int32_t>(n) - half;
  const float y = p * power_of_two(half) * power_of_two(rest);  // in two factors: n may be 128
  return x > 88.72f ? INFINITY : x < -87.33f ? 0.0f : x == x ? y : x;
#endif
}

// Activation of v = x + b. S is float or double.
template <Act A, class S>
CENTIGAN_MATH S activate(S v, S alpha) {
  if constexpr (A == Act::kRelu) return v <= S(0) ? S(0) : v;
  if constexpr (A == Act::kLrelu) return v > S(0) ? v : alpha * v;
  if constexpr (A == Act::kTanh) return std::tanh(v);
  if constexpr (A == Act::kSigmoid) return S(1) / (S(1) + exp_of(-v));
  if constexpr (A == Act::kElu) return v > S(0) ? v : std::expm1(v);
  if constexpr (A == Act::kSelu) return S(kSeluScale) * (v > S(0) ? v : S(kSeluAlpha) * std::expm1(v));
  if constexpr (A == Act::kSoftplus) return (v > S(0) ? v : S(0)) + std::log1p(std::exp(v > S(0) ? -v : v));
  if constexpr (A == Act::kSwish) return v / (S(1) + exp_of(-v));
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
    const S s = S(1) / (S(1) + exp_of(-r));
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
    const S s = S(1) / (S(1) + exp_of(-r));
    return s * (S(1) - s) * (S(2) + r * (S(1) - S(2) * s));
  }
  return S(0);
}

}  // namespace centigan
