#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/linear_autograd.h"

namespace centigan {
namespace {

// A mask is its own adjoint.
TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("cutout", LinearInX<cutout, cutout, double>::call);
}

}  // namespace
}  // namespace centigan
