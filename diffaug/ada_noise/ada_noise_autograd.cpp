#include <ATen/core/LegacyTypeDispatch.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/library.h>

#include "centigan/diffaug/ada.h"

namespace centigan {
namespace {

struct AdaNoiseFunction : torch::autograd::Function<AdaNoiseFunction> {
  static at::Tensor forward(torch::autograd::AutogradContext*, const at::Tensor& x, const at::Tensor& noise,
                            const at::Tensor& sigma) {
    at::AutoDispatchBelowADInplaceOrView below;
    return ada_noise(x, noise, sigma);
  }

  // What is added does not depend on x.
  static torch::autograd::variable_list backward(torch::autograd::AutogradContext*,
                                                 torch::autograd::variable_list grads) {
    return {grads[0], at::Tensor(), at::Tensor()};
  }

  static at::Tensor call(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& sigma) {
    return apply(x, noise, sigma);
  }
};

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("ada_noise", AdaNoiseFunction::call);
}

}  // namespace
}  // namespace centigan
