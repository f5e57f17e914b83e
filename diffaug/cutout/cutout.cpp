#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

Tensor cutout_meta(const Tensor& x, const Tensor& u, double ratio) {
  check_pictures("cutout", x, u, 2);
  check_ratio("cutout", ratio);
  return empty_pictures(x);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("cutout(Tensor x, Tensor u, float ratio=0.5) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("cutout", cutout_meta);
}

}  // namespace

Tensor cutout(const Tensor& x, const Tensor& u, double ratio) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::cutout", "")
                             .typed<Tensor(const Tensor&, const Tensor&, double)>();
  return op.call(x, u, ratio);
}

}  // namespace centigan
