#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

Tensor brightness_meta(const Tensor& x, const Tensor& u) {
  check_pictures("brightness", x, u, 1);
  return empty_pictures(x);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("brightness(Tensor x, Tensor u) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("brightness", brightness_meta);
}

}  // namespace

Tensor brightness(const Tensor& x, const Tensor& u) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::brightness", "")
                             .typed<Tensor(const Tensor&, const Tensor&)>();
  return op.call(x, u);
}

}  // namespace centigan
