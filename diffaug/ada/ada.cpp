#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "ada/matrices.h"
#include "ada/steps.h"

namespace centigan {
namespace {

using at::Tensor;
using OptionalTensor = std::optional<Tensor>;
using Two = std::tuple<Tensor, Tensor>;

int64_t column_of(const std::string& text, const char* name) {
  const std::vector<std::string> names = ada_parameters(text);
  return std::find(names.begin(), names.end(), name) - names.begin();
}

Tensor run_stages(const Tensor& x, const std::string& text, const Tensor& values, const Tensor& g_inv,
                  const Tensor& color, const Tensor& gains, const OptionalTensor& noise) {
  const AdaCombination c = checked_ada_combination(text);
  Tensor y = x;
  if (c.blit || c.geom) y = ada_geometry(y, g_inv);
  if (c.color) y = ada_color(y, color);
  if (c.filter) y = ada_filter(y, gains);
  if (c.noise) y = ada_noise(y, *noise, values.select(1, column_of(text, "noise_sigma")));
  if (!c.cutout) return y;
  const Tensor size = values.select(1, column_of(text, "cutout_size"));
  return ada_cutout(y, values.narrow(1, column_of(text, "cutout_x"), 2), size);
}

Two ada_parameters_composite(const Tensor& x, const Tensor& u, std::string_view combination, const OptionalTensor& p,
                             const OptionalTensor& noise) {
  const std::string text(combination);
  check_ada_pictures("ada", x);
  check_ada_parameter("ada", x, "u", u, {ada_draws(text)});
  TORCH_CHECK(!ada_needs_noise(text) || noise, "ada: '", text,
              "' adds noise: give the argument noise, standard normal values like x");
  const OptionalTensor no_gradient = p ? OptionalTensor(p->detach()) : p;
  const auto [values, g_inv, color, gains] =
      ada_matrices(u.detach(), text, no_gradient, x.sym_size(1), x.sym_size(2), x.sym_size(3));
  return {run_stages(x, text, values, g_inv, color, gains, noise), values.to(at::kFloat)};
}

Tensor ada_composite(const Tensor& x, const Tensor& u, std::string_view combination, const OptionalTensor& p,
                     const OptionalTensor& noise) {
  return std::get<0>(ada_parameters_composite(x, u, combination, p, noise));
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("ada(Tensor x, Tensor u, str combination, Tensor? p=None, Tensor? noise=None) -> Tensor",
        {at::Tag::pt2_compliant_tag});
  m.def(
      "ada.parameters(Tensor x, Tensor u, str combination, Tensor? p=None, Tensor? noise=None) -> "
      "(Tensor out, Tensor parameters)",
      {at::Tag::pt2_compliant_tag});
  m.impl("ada", c10::DispatchKey::CompositeImplicitAutograd, ada_composite);
  m.impl("ada.parameters", c10::DispatchKey::CompositeImplicitAutograd, ada_parameters_composite);
  m.def("ada_draws(str combination) -> int", [](std::string_view text) { return ada_draws(std::string(text)); });
  m.def("ada_needs_noise(str combination) -> bool",
        [](std::string_view text) { return ada_needs_noise(std::string(text)); });
  m.def("ada_parameters(str combination) -> str[]",
        [](std::string_view text) { return ada_parameters(std::string(text)); });
}

}  // namespace

Tensor ada(const Tensor& x, const Tensor& u, const std::string& combination, const OptionalTensor& p,
           const OptionalTensor& noise) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::ada", "").typed<decltype(ada_composite)>();
  return op.call(x, u, combination, p, noise);
}

Two ada_with_parameters(const Tensor& x, const Tensor& u, const std::string& combination, const OptionalTensor& p,
                        const OptionalTensor& noise) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada", "parameters")
                             .typed<decltype(ada_parameters_composite)>();
  return op.call(x, u, combination, p, noise);
}

}  // namespace centigan
