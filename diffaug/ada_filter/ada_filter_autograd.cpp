#include <torch/library.h>

#include "ada/linear_autograd.h"
#include "centigan/diffaug/ada.h"

namespace centigan {
namespace {

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("ada_filter", LinearInX<ada_filter, ada_filter_backward, at::Tensor>::call);
  m.impl("ada_filter_backward", LinearInX<ada_filter_backward, ada_filter, at::Tensor>::call);
}

}  // namespace
}  // namespace centigan
