#include <ATen/ATen.h>

#include "bias_act/bias_act_options.h"

namespace centigan {
namespace {

using at::Tensor;

Tensor activated_ref(const Tensor& v, Act act, double alpha) {
  switch (act) {
    case Act::kLinear:
      return v;
    case Act::kRelu:
      return at::relu(v);
    case Act::kLrelu:
      return at::leaky_relu(v, alpha);
    case Act::kTanh:
      return at::tanh(v);
    case Act::kSigmoid:
      return at::sigmoid(v);
    case Act::kElu:
      return at::elu(v);
    case Act::kSelu:
      return at::selu(v);
    case Act::kSoftplus:
      return at::softplus(v);
    case Act::kSwish:
      return at::silu(v);
  }
  return v;
}

Tensor biased(const Tensor& x, const OptionalTensor& b, int64_t dim) {
  return b ? x + along_dimension(b->to(x.scalar_type()), x, dim) : x;
}

// From r = v (swish, lrelu) or act(v).
Tensor derivative_ref(const Tensor& r, Act act, double alpha) {
  const Tensor one = at::ones({}, r.options()), positive = r > 0;
  switch (act) {
    case Act::kLinear:
      return at::ones_like(r);
    case Act::kRelu:
      return positive.to(r.scalar_type());
    case Act::kLrelu:
      return at::where(positive, one, one * alpha);
    case Act::kTanh:
      return 1 - r * r;
    case Act::kSigmoid:
      return r * (1 - r);
    case Act::kElu:
      return at::where(positive, one, r + 1);
    case Act::kSelu:
      return at::where(positive, one * kSeluScale, r + kSeluScale * kSeluAlpha);
    case Act::kSoftplus:
      return -at::expm1(-r);
    case Act::kSwish:
      return at::sigmoid(r) * (1 + r * (1 - at::sigmoid(r)));
  }
  return r;
}

// From v, so that it can be differentiated further.
Tensor second_derivative_ref(const Tensor& v, Act act) {
  const Tensor s = at::sigmoid(v), t = at::tanh(v), zero = at::zeros({}, v.options());
  switch (act) {
    case Act::kTanh:
      return -2 * t * (1 - t * t);
    case Act::kElu:
      return at::where(v > 0, zero, v.exp());
    case Act::kSelu:
      return at::where(v > 0, zero, v.exp() * (kSeluScale * kSeluAlpha));
    case Act::kSigmoid:
      return s * (1 - s) * (1 - 2 * s);
    case Act::kSoftplus:
      return s * (1 - s);
    case Act::kSwish:
      return s * (1 - s) * (2 + v * (1 - 2 * s));
    default:
      return at::zeros_like(v);
  }
}

Tensor inside(const Tensor& y, double clamp) {
  return at::logical_and(y > -clamp, y < clamp).to(y.scalar_type());
}

}  // namespace

// hardtanh rather than clamp: its gradient is zero also where the value is exactly at the limit.
Tensor bias_act_ref(const Tensor& x, const OptionalTensor& b, const BiasActOptions& o) {
  Tensor y = activated_ref(biased(x, b, o.dim), o.act(), o.alpha);
  if (o.gain != 1.0) y = y * o.gain;
  if (o.clamp >= 0.0) return at::hardtanh(y, -o.clamp, o.clamp);
  return y.is_same(x) ? x.clone() : y;  // an operator's result is never its input
}

std::tuple<Tensor, Tensor> bias_act_backward_ref(const Tensor& dy, const OptionalTensor& x, const OptionalTensor& b,
                                                 const OptionalTensor& y, const BiasActOptions& o, bool bias_grad) {
  Tensor dx = dy * o.gain, shown;
  if (o.from_input()) {
    const Tensor v = biased(*x, b, o.dim);
    dx = dx * derivative_ref(v, o.act(), o.alpha);
    shown = activated_ref(v, o.act(), o.alpha) * o.gain;
  } else if (y) {
    dx = dx * derivative_ref(o.gain == 0.0 ? at::zeros_like(*y) : *y / o.gain, o.act(), o.alpha);
    shown = *y;
  }
  if (o.clamp >= 0.0 && shown.defined()) dx = dx * inside(shown, o.clamp);
  const at::ScalarType wide = at::toOpMathType(dy.scalar_type());
  if (!bias_grad) return {dx, at::empty({0}, dy.options().dtype(wide))};
  return {dx, dx.to(wide).movedim(o.dim, 0).flatten(1).sum(1)};
}

Tensor bias_act_double_backward_ref(const Tensor& grad, const Tensor& dy, const Tensor& x, const OptionalTensor& b,
                                    const BiasActOptions& o) {
  const Tensor v = biased(x, b, o.dim);
  const Tensor result = grad * dy * second_derivative_ref(v, o.act()) * o.gain;
  return o.clamp >= 0.0 ? result * inside(activated_ref(v, o.act(), o.alpha) * o.gain, o.clamp) : result;
}

}  // namespace centigan
