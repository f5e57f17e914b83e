#include <torch/library.h>

#include "ada/linear_autograd.h"
#include "centigan/diffaug/ada.h"

namespace centigan {
namespace {

at::Tensor ada_cutout_box(const at::Tensor& x, const at::Tensor& centre, const at::Tensor& size) {
  return ada_cutout(x, centre, size);
}

// A mask is its own adjoint.
TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("ada_cutout", LinearInX<ada_cutout_box, ada_cutout_box, at::Tensor, at::Tensor>::call);
}

}  // namespace
}  // namespace centigan
