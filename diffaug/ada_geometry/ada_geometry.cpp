#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "centigan/diffaug/ada.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

Tensor ada_geometry_meta(const Tensor& x, const Tensor& g_inv) {
  check_ada_pictures("ada_geometry", x);
  check_ada_parameter("ada_geometry", x, "g_inv", g_inv, {3, 3});
  return empty_pictures(x);
}

Tensor ada_geometry_backward_meta(const Tensor& grad, const Tensor& g_inv) {
  check_ada_pictures("ada_geometry_backward", grad);
  check_ada_parameter("ada_geometry_backward", grad, "g_inv", g_inv, {3, 3});
  return empty_pictures(grad);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("ada_geometry(Tensor x, Tensor g_inv) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("ada_geometry_backward(Tensor grad, Tensor g_inv) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("ada_geometry", ada_geometry_meta);
  m.impl("ada_geometry_backward", ada_geometry_backward_meta);
}

}  // namespace

Tensor ada_geometry(const Tensor& x, const Tensor& g_inv) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_geometry", "")
                             .typed<Tensor(const Tensor&, const Tensor&)>();
  return op.call(x, g_inv);
}

Tensor ada_geometry_backward(const Tensor& grad, const Tensor& g_inv) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_geometry_backward", "")
                             .typed<Tensor(const Tensor&, const Tensor&)>();
  return op.call(grad, g_inv);
}

}  // namespace centigan
