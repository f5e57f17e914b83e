#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"
#include "fused/fused_policy.h"

namespace centigan {
namespace {

using at::Tensor;

// A policy of one step: kernels, shapes and gradients are those of diffaug.
Tensor translation_composite(const Tensor& x, const Tensor& u, double ratio) {
  check_pictures("translation", x, u, 2);
  check_ratio("translation", ratio);
  return diffaug(x, u, step_text("translation", ratio));
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("translation(Tensor x, Tensor u, float ratio=0.125) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.impl("translation", c10::DispatchKey::CompositeImplicitAutograd, translation_composite);
}

}  // namespace

Tensor translation(const Tensor& x, const Tensor& u, double ratio) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::translation", "")
                             .typed<decltype(translation_composite)>();
  return op.call(x, u, ratio);
}

}  // namespace centigan
