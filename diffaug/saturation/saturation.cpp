#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

// A policy of one step: kernels, shapes and gradients are those of diffaug.
Tensor saturation_composite(const Tensor& x, const Tensor& u) {
  check_pictures("saturation", x, u, 1);
  return diffaug(x, u, "saturation");
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("saturation(Tensor x, Tensor u) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.impl("saturation", c10::DispatchKey::CompositeImplicitAutograd, saturation_composite);
}

}  // namespace

Tensor saturation(const Tensor& x, const Tensor& u) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::saturation", "")
                             .typed<decltype(saturation_composite)>();
  return op.call(x, u);
}

}  // namespace centigan
