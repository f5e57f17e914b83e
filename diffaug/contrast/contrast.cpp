#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

// A policy of one step: kernels, shapes and gradients are those of diffaug.
Tensor contrast_composite(const Tensor& x, const Tensor& u) {
  check_pictures("contrast", x, u, 1);
  return diffaug(x, u, "contrast");
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("contrast(Tensor x, Tensor u) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.impl("contrast", c10::DispatchKey::CompositeImplicitAutograd, contrast_composite);
}

}  // namespace

Tensor contrast(const Tensor& x, const Tensor& u) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::contrast", "").typed<decltype(contrast_composite)>();
  return op.call(x, u);
}

}  // namespace centigan
