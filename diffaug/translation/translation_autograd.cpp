#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/linear_autograd.h"

namespace centigan {
namespace {

TORCH_LIBRARY_IMPL(centigan, Autograd, m) {
  m.impl("translation", LinearInX<translation, translation_backward, double>::call);
  m.impl("translation_backward", LinearInX<translation_backward, translation, double>::call);
}

}  // namespace
}  // namespace centigan
