#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/linear_autograd.h"

namespace centigan {
namespace {

// Symmetric in every pixel, so it is its own adjoint.
TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("saturation", LinearInX<saturation, saturation>::call);
}

}  // namespace
}  // namespace centigan
