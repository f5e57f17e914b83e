#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "ada_color/ada_color_checks.h"
#include "centigan/diffaug/ada.h"
#include "common/pictures.h"

namespace centigan {

using at::Tensor;

void check_ada_color(const Tensor& x, const Tensor& c) {
  check_ada_pictures("ada_color", x);
  const c10::SymInt channels = x.sym_size(1);
  TORCH_CHECK(channels == 1 || channels == 3 || channels == 4, "ada_color: x must have 1, 3 or 4 channels, got ",
              channels);
  check_ada_parameter("ada_color", x, "c", c, {4, 4});
}

namespace {

Tensor ada_color_meta(const Tensor& x, const Tensor& c) {
  check_ada_color(x, c);
  return empty_pictures(x);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("ada_color(Tensor x, Tensor c) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("ada_color", ada_color_meta);
}

}  // namespace

Tensor ada_color(const Tensor& x, const Tensor& c) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_color", "")
                             .typed<Tensor(const Tensor&, const Tensor&)>();
  return op.call(x, c);
}

}  // namespace centigan
