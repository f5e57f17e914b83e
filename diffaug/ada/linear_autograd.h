// The gradient that the stages have: for fixed parameters they are affine in x, so the gradient is the adjoint of the
// linear part. It is called through the dispatcher and is such an operator itself: gradients of any order follow.
#pragma once
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>

namespace centigan {

// Forward and Adjoint: Tensor (const Tensor& x, const Parameters&...), functions that call the dispatcher; all
// Parameters are Tensor and get no gradient.
template <auto Forward, auto Adjoint, class... Parameters>
struct LinearInX : torch::autograd::Function<LinearInX<Forward, Adjoint, Parameters...>> {
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x,
                            const Parameters&... parameters) {
    ctx->save_for_backward({parameters...});
    at::AutoDispatchBelowADInplaceOrView below;
    return Forward(x, parameters...);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const torch::autograd::variable_list saved = ctx->get_saved_variables();
    torch::autograd::variable_list result(1 + sizeof...(Parameters));
    if constexpr (sizeof...(Parameters) == 1)
      result[0] = Adjoint(grads[0], saved[0]);
    else
      result[0] = Adjoint(grads[0], saved[0], saved[1]);
    return result;
  }

  static at::Tensor call(const at::Tensor& x, const Parameters&... parameters) {
    return LinearInX::apply(x, parameters...);
  }
};

}  // namespace centigan
