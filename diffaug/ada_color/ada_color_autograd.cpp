#include <ATen/ATen.h>
#include <torch/library.h>

#include "ada/linear_autograd.h"
#include "centigan/diffaug/ada.h"

namespace centigan {
namespace {

// The operator itself with the transposed 3x3 part and no offset.
at::Tensor ada_color_adjoint(const at::Tensor& grad, const at::Tensor& c) {
  const at::Tensor linear = c.detach().narrow(1, 0, 3).narrow(2, 0, 3);
  return ada_color(grad, at::constant_pad_nd(linear.transpose(1, 2), {0, 1, 0, 1}));
}

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("ada_color", LinearInX<ada_color, ada_color_adjoint, at::Tensor>::call);
}

}  // namespace
}  // namespace centigan
