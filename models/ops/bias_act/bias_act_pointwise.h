// What the kernels of every device compute for one value. Plain C++, no torch.
#pragma once
#include "bias_act/bias_act_math.h"

namespace centigan {

// Values as [outer][channels][step]: element i belongs to channel (i / step) % channels.
struct BiasActParams {
  int64_t channels, step;
  Act act;
  double alpha, gain;
  double clamp;     // negative: none
  bool from_input;  // derivatives are worked out from x + b instead of y
};

template <class S>
struct BiasActScalars {
  S alpha, gain, over_gain, limit;
  bool clamped, from_input;

  explicit BiasActScalars(const BiasActParams& p)
      : alpha(static_cast<S>(p.alpha)),
        gain(static_cast<S>(p.gain)),
        over_gain(p.gain == 0.0 ? S(0) : static_cast<S>(1.0 / p.gain)),
        limit(p.clamp >= 0.0 ? static_cast<S>(p.clamp) : S(INFINITY)),
        clamped(p.clamp >= 0.0),
        from_input(p.from_input) {}
};

// clamp(gain * act(v)) of v = x + b.
template <Act A, class S>
CENTIGAN_MATH S value_at(S v, const BiasActScalars<S>& s) {
  const S y = activate<A>(v, s.alpha) * s.gain;
  return y < -s.limit ? -s.limit : y > s.limit ? s.limit : y;
}

// The sigmoid in the derivatives of swish and softplus, 0 for the others. Kernels for the CPU work it out in a loop of
// its own: compilers move it behind the question whether a value is inside the clamp, and then do not vectorise. For
// the same reason swish's is 0 outside the clamp, which makes both derivatives 0.
template <Act A, class S>
CENTIGAN_MATH S sigmoid_at(S r, S bias, const BiasActScalars<S>& s) {
  if constexpr (A == Act::kSwish) {
    const S v = r + bias, part = sigmoid_of(v), y = s.clamped ? v * part * s.gain : S(0);
    return y <= -s.limit || y >= s.limit ? S(0) : part;
  }
  if constexpr (A == Act::kSoftplus) return -expm1_of(-r * s.over_gain);
  return S(0);
}

// So that 0 times it is 0.
template <class S>
CENTIGAN_MATH S finite(S v) {
  return v > S(1e38) ? S(1e38) : v < S(-1e38) ? S(-1e38) : v;
}

template <class S>
CENTIGAN_MATH S if_inside(S y, S limit, S value) {
  return y > -limit && y < limit ? value : S(0);
}

// gain * act' inside the clamp, 0 outside. r: x (with its bias) or y, see from_input; part: its sigmoid_at.
template <Act A, class S>
CENTIGAN_MATH S slope_at(S r, S bias, S part, const BiasActScalars<S>& s) {
  if constexpr (A == Act::kSwish) return part * (S(1) + finite(r + bias) * (S(1) - part)) * s.gain;
  if constexpr (A == Act::kSoftplus) return if_inside(r, s.limit, part * s.gain);
  if (A == Act::kLrelu && s.from_input) {
    const S v = r + bias, y = s.clamped ? activate<A>(v, s.alpha) * s.gain : S(0);
    return if_inside(y, s.limit, derivative<A>(v, s.alpha) * s.gain);
  }
  return if_inside(r, s.limit, derivative<A>(r * s.over_gain, s.alpha) * s.gain);
}

// gain * act'' inside the clamp, 0 outside.
template <Act A, class S>
CENTIGAN_MATH S curve_at(S r, S bias, S part, const BiasActScalars<S>& s) {
  const S bell = part * (S(1) - part) * s.gain;
  if constexpr (A == Act::kSwish) return bell * (S(2) + finite(r + bias) * (S(1) - S(2) * part));
  if constexpr (A == Act::kSoftplus) return if_inside(r, s.limit, bell);
  return if_inside(r, s.limit, second_derivative<A>(r * s.over_gain) * s.gain);
}

// call(constant of type Act) for a value of it.
template <Act A>
struct ActConstant {
  static constexpr Act value = A;
};
template <class F>
CENTIGAN_MATH void with_act(Act act, const F& call) {
  switch (act) {
    case Act::kLinear:
      return call(ActConstant<Act::kLinear>());
    case Act::kRelu:
      return call(ActConstant<Act::kRelu>());
    case Act::kLrelu:
      return call(ActConstant<Act::kLrelu>());
    case Act::kTanh:
      return call(ActConstant<Act::kTanh>());
    case Act::kSigmoid:
      return call(ActConstant<Act::kSigmoid>());
    case Act::kElu:
      return call(ActConstant<Act::kElu>());
    case Act::kSelu:
      return call(ActConstant<Act::kSelu>());
    case Act::kSoftplus:
      return call(ActConstant<Act::kSoftplus>());
    case Act::kSwish:
      return call(ActConstant<Act::kSwish>());
  }
}

}  // namespace centigan
