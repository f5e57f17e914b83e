#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"

namespace centigan {
namespace {

// The gradient is the incoming one, so there is nothing to call in the backward pass.
struct BrightnessFunction : torch::autograd::Function<BrightnessFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext*, const at::Tensor& x, const at::Tensor& u) {
    at::AutoDispatchBelowADInplaceOrView below;
    return brightness(x, u);
  }
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list grads) {
    return {grads[0], at::Tensor()};
  }
};

at::Tensor brightness_autograd(const at::Tensor& x, const at::Tensor& u) {
  return BrightnessFunction::apply(x, u);
}

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("brightness", brightness_autograd);
}

}  // namespace
}  // namespace centigan
