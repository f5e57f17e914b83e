// The options of bias_act with defaults filled in, checks, and the three operators through the dispatcher.
#pragma once
#include <ATen/core/Tensor.h>

#include <string>
#include <string_view>
#include <tuple>

#include "bias_act/bias_act_math.h"

#pragma GCC visibility push(default)

namespace centigan {

using OptionalTensor = std::optional<at::Tensor>;

struct BiasActOptions {
  int64_t dim;
  std::string name;
  double alpha, gain;
  double clamp;  // negative: none

  Act act() const;
  bool smooth() const;      // has a second derivative that is not zero
  bool from_input() const;  // derivatives are worked out from x and b, not from y
};

// Fills defaults in and checks. Works on symbolic sizes.
BiasActOptions bias_act_options(const at::Tensor& x, const OptionalTensor& b, int64_t dim, std::string_view act,
                                std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp);
// The same for the backward operators, whose options are all given. The clamp becomes what a result of this type holds
// where it was clamped: rounded, so that kernels find it by comparison.
BiasActOptions bias_act_options(int64_t dim, std::string_view act, double alpha, double gain, double clamp,
                                at::ScalarType type);

// Which tensor gives gradients their layout: what the forward pass worked on, for gradients come in any.
const at::Tensor& bias_act_layout(const at::Tensor& dy, const OptionalTensor& x, const OptionalTensor& y);

// v [C] against a tensor like x.
at::Tensor along_dimension(const at::Tensor& v, const at::Tensor& x, int64_t dim);

// {dx, db}: dx = dy gain act' inside the clamp; db its sum over all but `dim` in the accumulator's type, [0] without
// bias_grad. x, b, y: what the derivative is worked out from (from_input: x and b, else y), absent if unnecessary.
std::tuple<at::Tensor, at::Tensor> call_bias_act_backward(const at::Tensor& dy, const OptionalTensor& x,
                                                          const OptionalTensor& b, const OptionalTensor& y,
                                                          const BiasActOptions& o, bool bias_grad);

// Derivative of sum(grad * dx) by x + b, of the smooth activations.
at::Tensor call_bias_act_double_backward(const at::Tensor& grad, const at::Tensor& dy, const OptionalTensor& x,
                                         const OptionalTensor& b, const OptionalTensor& y, const BiasActOptions& o);

// From plain ATen calls: what tests compare with, and what runs where there is no kernel. The last one has gradients of
// any order in grad, dy, x and b.
at::Tensor bias_act_ref(const at::Tensor& x, const OptionalTensor& b, const BiasActOptions& o);
std::tuple<at::Tensor, at::Tensor> bias_act_backward_ref(const at::Tensor& dy, const OptionalTensor& x,
                                                         const OptionalTensor& b, const OptionalTensor& y,
                                                         const BiasActOptions& o, bool bias_grad);
at::Tensor bias_act_double_backward_ref(const at::Tensor& grad, const at::Tensor& dy, const at::Tensor& x,
                                        const OptionalTensor& b, const BiasActOptions& o);

}  // namespace centigan

#pragma GCC visibility pop
