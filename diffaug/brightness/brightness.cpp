#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

// A policy of one step: kernels, shapes and gradients are those of diffaug.
Tensor brightness_composite(const Tensor& x, const Tensor& u) {
  check_pictures("brightness", x, u, 1);
  return diffaug(x, u, "brightness");
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("brightness(Tensor x, Tensor u) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.impl("brightness", c10::DispatchKey::CompositeImplicitAutograd, brightness_composite);
}

}  // namespace

Tensor brightness(const Tensor& x, const Tensor& u) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::brightness", "")
                             .typed<decltype(brightness_composite)>();
  return op.call(x, u);
}

}  // namespace centigan
