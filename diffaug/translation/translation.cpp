#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "centigan/diffaug/ops.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

Tensor translation_meta(const Tensor& x, const Tensor& u, double ratio) {
  check_pictures("translation", x, u, 2);
  check_ratio("translation", ratio);
  return empty_pictures(x);
}

Tensor translation_backward_meta(const Tensor& grad, const Tensor& u, double ratio) {
  check_pictures("translation_backward", grad, u, 2);
  check_ratio("translation_backward", ratio);
  return empty_pictures(grad);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("translation(Tensor x, Tensor u, float ratio=0.125) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("translation_backward(Tensor grad, Tensor u, float ratio) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("translation", translation_meta);
  m.impl("translation_backward", translation_backward_meta);
}

}  // namespace

Tensor translation(const Tensor& x, const Tensor& u, double ratio) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::translation", "")
                             .typed<Tensor(const Tensor&, const Tensor&, double)>();
  return op.call(x, u, ratio);
}

Tensor translation_backward(const Tensor& grad, const Tensor& u, double ratio) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::translation_backward", "")
                             .typed<Tensor(const Tensor&, const Tensor&, double)>();
  return op.call(grad, u, ratio);
}

}  // namespace centigan
