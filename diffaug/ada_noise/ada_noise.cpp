#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "ada_noise/ada_noise_checks.h"
#include "centigan/diffaug/ada.h"
#include "common/pictures.h"

namespace centigan {

using at::Tensor;

void check_ada_noise(const Tensor& x, const Tensor& noise, const Tensor& sigma) {
  check_ada_pictures("ada_noise", x);
  TORCH_CHECK(noise.sym_sizes() == x.sym_sizes() && noise.scalar_type() == x.scalar_type(), "ada_noise: noise must be ",
              x.scalar_type(), " ", x.sym_sizes(), " like x, got ", noise.scalar_type(), " ", noise.sym_sizes());
  TORCH_CHECK(noise.device() == x.device(), "ada_noise: noise is on ", noise.device(), ", x on ", x.device());
  check_ada_parameter("ada_noise", x, "sigma", sigma, {});
}

namespace {

Tensor ada_noise_meta(const Tensor& x, const Tensor& noise, const Tensor& sigma) {
  check_ada_noise(x, noise, sigma);
  return empty_pictures(x);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("ada_noise(Tensor x, Tensor noise, Tensor sigma) -> Tensor", {at::Tag::pt2_compliant_tag});
}

TORCH_LIBRARY_IMPL(centigan, Meta, m) {
  m.impl("ada_noise", ada_noise_meta);
}

}  // namespace

Tensor ada_noise(const Tensor& x, const Tensor& noise, const Tensor& sigma) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_noise", "")
                             .typed<Tensor(const Tensor&, const Tensor&, const Tensor&)>();
  return op.call(x, noise, sigma);
}

}  // namespace centigan
