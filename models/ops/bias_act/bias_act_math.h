// The activations and their derivatives, for kernels on any device. Plain C++, no torch.
#pragma once
#include "bias_act/smooth_math.h"

namespace centigan {

enum class Act : int { kLinear, kRelu, kLrelu, kTanh, kSigmoid, kElu, kSelu, kSoftplus, kSwish };

constexpr double kSeluAlpha = 1.6732632423543772848170429916717;
constexpr double kSeluScale = 1.0507009873554804934193349852946;

template <class S>
CENTIGAN_MATH S sigmoid_of(S v) {
  return S(1) / (S(1) + exp_of(-v));
}

// Activation of v = x + b. S is float or double.
template <Act A, class S>
CENTIGAN_MATH S activate(S v, S alpha) {
  if constexpr (A == Act::kRelu) return v <= S(0) ? S(0) : v;
  if constexpr (A == Act::kLrelu) return v > S(0) ? v : alpha * v;
  if constexpr (A == Act::kTanh) return tanh_of(v);
  if constexpr (A == Act::kSigmoid) return sigmoid_of(v);
  if constexpr (A == Act::kElu || A == Act::kSelu) {
    const S below = expm1_of(v);
    if constexpr (A == Act::kElu) return v > S(0) ? v : below;
    return S(kSeluScale) * (v > S(0) ? v : S(kSeluAlpha) * below);
  }
  if constexpr (A == Act::kSoftplus) return (v <= S(0) ? S(0) : v) + log1p_of(exp_of(v > S(0) ? -v : v));
  if constexpr (A == Act::kSwish) return v / (S(1) + exp_of(-v));
  return v;
}

// Derivative from y = act(v); lrelu's from v as well. Those of
// softplus and swish are in bias_act_pointwise.h.
template <Act A, class S>
CENTIGAN_MATH S derivative(S r, S alpha) {
  if constexpr (A == Act::kRelu) return r > S(0) ? S(1) : S(0);
  if constexpr (A == Act::kLrelu) return r > S(0) ? S(1) : alpha;
  if constexpr (A == Act::kTanh) return S(1) - r * r;
  if constexpr (A == Act::kSigmoid) return r * (S(1) - r);
  if constexpr (A == Act::kElu) return r > S(0) ? S(1) : r + S(1);
  if constexpr (A == Act::kSelu) return r > S(0) ? S(kSeluScale) : r + S(kSeluScale * kSeluAlpha);
  return S(1);
}

template <Act A, class S>
CENTIGAN_MATH S second_derivative(S r) {
  if constexpr (A == Act::kTanh) return S(-2) * r * (S(1) - r * r);
  if constexpr (A == Act::kSigmoid) return r * (S(1) - r) * (S(1) - S(2) * r);
  if constexpr (A == Act::kElu) return r > S(0) ? S(0) : r + S(1);
  if constexpr (A == Act::kSelu) return r > S(0) ? S(0) : r + S(kSeluScale * kSeluAlpha);
  return S(0);
}

}  // namespace centigan
