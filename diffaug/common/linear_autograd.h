// The gradient that all operators here have: for fixed draws they are affine in x, so the gradient is the adjoint of
// the linear part. It is called through the dispatcher and is such an operator itself: gradients of any order follow.
#pragma once
#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>

#include <array>
#include <vector>

namespace centigan {

// Forward and Adjoint: Tensor (const Tensor& x, const Tensor& u, Options...), functions that call the dispatcher.
template <auto Forward, auto Adjoint, class... Options>
struct LinearInX : torch::autograd::Function<LinearInX<Forward, Adjoint, Options...>> {
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& x, const at::Tensor& u,
                            Options... options) {
    ctx->save_for_backward({u});
    ctx->saved_data["options"] = std::vector<double>{options...};
    at::AutoDispatchBelowADInplaceOrView below;
    return Forward(x, u, options...);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const at::Tensor u = ctx->get_saved_variables()[0];
    const std::vector<double> options = ctx->saved_data["options"].toDoubleVector();
    torch::autograd::variable_list result(2 + sizeof...(Options));  // nothing for u and the options
    if constexpr (sizeof...(Options) == 0)
      result[0] = Adjoint(grads[0], u);
    else
      result[0] = Adjoint(grads[0], u, options[0]);
    return result;
  }

  static at::Tensor call(const at::Tensor& x, const at::Tensor& u, Options... options) {
    return LinearInX::apply(x, u, options...);
  }
};

}  // namespace centigan
