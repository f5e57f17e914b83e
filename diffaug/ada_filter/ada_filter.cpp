#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "centigan/diffaug/ada.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

Tensor ada_filter_meta(const Tensor& x, const Tensor& gains) {
  check_ada_pictures("ada_filter", x);
  check_ada_parameter("ada_filter", x, "gains", gains, {4});
  return empty_pictures(x);
}

Tensor ada_filter_backward_meta(const Tensor& grad, const Tensor& gains) {
  check_ada_pictures("ada_filter_backward", grad);
  check_ada_parameter("ada_filter_backward", grad, "gains", gains, {4});
  return empty_pictures(grad);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("ada_filter(Tensor x, Tensor gains) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("ada_filter_backward(Tensor grad, Tensor gains) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("ada_filter", ada_filter_meta);
  m.impl("ada_filter_backward", ada_filter_backward_meta);
}

}  // namespace

Tensor ada_filter(const Tensor& x, const Tensor& gains) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_filter", "")
                             .typed<Tensor(const Tensor&, const Tensor&)>();
  return op.call(x, gains);
}

Tensor ada_filter_backward(const Tensor& grad, const Tensor& gains) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_filter_backward", "")
                             .typed<Tensor(const Tensor&, const Tensor&)>();
  return op.call(grad, gains);
}

}  // namespace centigan
