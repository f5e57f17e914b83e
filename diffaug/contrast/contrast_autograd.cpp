#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/linear_autograd.h"

namespace centigan {
namespace {

// Symmetric in every picture, so it is its own adjoint.
TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("contrast", LinearInX<contrast, contrast>::call);
}

}  // namespace
}  // namespace centigan
