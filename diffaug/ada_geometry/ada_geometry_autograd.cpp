#include <torch/library.h>

#include "ada/linear_autograd.h"
#include "centigan/diffaug/ada.h"

namespace centigan {
namespace {

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("ada_geometry", LinearInX<ada_geometry, ada_geometry_backward, at::Tensor>::call);
  m.impl("ada_geometry_backward", LinearInX<ada_geometry_backward, ada_geometry, at::Tensor>::call);
}

}  // namespace
}  // namespace centigan
