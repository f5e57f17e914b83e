#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"
#include "fused/fused_policy.h"

namespace centigan {
namespace {

using at::Tensor;

// A policy of one step: kernels, shapes and gradients are those of diffaug.
Tensor cutout_composite(const Tensor& x, const Tensor& u, double ratio) {
  check_pictures("cutout", x, u, 2);
  check_ratio("cutout", ratio);
  return diffaug(x, u, step_text("cutout", ratio));
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("cutout(Tensor x, Tensor u, float ratio=0.5) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.impl("cutout", c10::DispatchKey::CompositeImplicitAutograd, cutout_composite);
}

}  // namespace

Tensor cutout(const Tensor& x, const Tensor& u, double ratio) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::cutout", "").typed<decltype(cutout_composite)>();
  return op.call(x, u, ratio);
}

}  // namespace centigan
