#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "ada_cutout/ada_cutout_checks.h"
#include "centigan/diffaug/ada.h"
#include "common/pictures.h"

namespace centigan {

using at::Tensor;

void check_ada_cutout(const Tensor& x, const Tensor& centre, const Tensor& size) {
  check_ada_pictures("ada_cutout", x);
  check_ada_parameter("ada_cutout", x, "centre", centre, {2});
  if (size.dim() != 0) return check_ada_parameter("ada_cutout", x, "size", size, {});
  TORCH_CHECK(size.scalar_type() == x.scalar_type() || size.scalar_type() == at::kFloat,
              "ada_cutout: size must be float32 or ", x.scalar_type(), " like x, got ", size.scalar_type());
  TORCH_CHECK(size.device() == x.device(), "ada_cutout: size is on ", size.device(), ", x on ", x.device());
}

namespace {

Tensor ada_cutout_meta(const Tensor& x, const Tensor& centre, const Tensor& size) {
  check_ada_cutout(x, centre, size);
  return empty_pictures(x);
}

Tensor ada_cutout_fraction(const Tensor& x, const Tensor& centre, double size) {
  return ada_cutout(
      x, centre, at::full({}, size, centre.options().dtype(x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat)));
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("ada_cutout(Tensor x, Tensor centre, Tensor size) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("ada_cutout.fraction(Tensor x, Tensor centre, float size=0.5) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.impl("ada_cutout.fraction", c10::DispatchKey::CompositeImplicitAutograd, ada_cutout_fraction);
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("ada_cutout", ada_cutout_meta);
}

}  // namespace

Tensor ada_cutout(const Tensor& x, const Tensor& centre, const Tensor& size) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_cutout", "")
                             .typed<Tensor(const Tensor&, const Tensor&, const Tensor&)>();
  return op.call(x, centre, size);
}

Tensor ada_cutout(const Tensor& x, const Tensor& centre, double size) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_cutout", "fraction")
                             .typed<Tensor(const Tensor&, const Tensor&, double)>();
  return op.call(x, centre, size);
}

}  // namespace centigan
