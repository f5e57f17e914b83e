#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

Tensor saturation_meta(const Tensor& x, const Tensor& u) {
  check_pictures("saturation", x, u, 1);
  return empty_pictures(x);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("saturation(Tensor x, Tensor u) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("saturation", saturation_meta);
}

}  // namespace

Tensor saturation(const Tensor& x, const Tensor& u) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::saturation", "")
                             .typed<Tensor(const Tensor&, const Tensor&)>();
  return op.call(x, u);
}

}  // namespace centigan
