#include "ada/matrices.h"

#include <ATen/ATen.h>
#include <ATen/core/LegacyTypeDispatch.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <cmath>

#include "ada/draws.h"
#include "ada/steps.h"

namespace centigan {
namespace {

using at::Tensor;
using Four = std::tuple<Tensor, Tensor, Tensor, Tensor>;

constexpr double kPi = 3.14159265358979323846;

// [N,size,size] from entries by rows.
Tensor matrices(const std::vector<Tensor>& entries, int64_t size) {
  return at::stack(entries, 1).view({-1, size, size});
}

// A product by multiplications and sums, so that products of identity matrices are exactly that.
Tensor composed(const Tensor& a, const Tensor& b) {
  return (a.unsqueeze(3) * b.unsqueeze(1)).sum({2});
}

Tensor identity_of(const AdaDraws& d, int64_t size) {
  return at::eye(size, d.full(0).options()).expand({d.n(), size, size});
}

Tensor scaling(const AdaDraws& d, const Tensor& x, const Tensor& y) {
  const Tensor o = d.full(0), one = d.full(1);
  return matrices({x, o, o, o, y, o, o, o, one}, 3);
}

Tensor rotation(const AdaDraws& d, const Tensor& angle) {
  const Tensor o = d.full(0), one = d.full(1), cosine = angle.cos(), sine = angle.sin();
  return matrices({cosine, -sine, o, sine, cosine, o, o, o, one}, 3);
}

Tensor shifting(const AdaDraws& d, const Tensor& x, const Tensor& y) {
  const Tensor o = d.full(0), one = d.full(1);
  return matrices({one, o, x, o, one, y, o, o, one}, 3);
}

Tensor blit(AdaDraws& d, int64_t h, int64_t w) {
  const Tensor flip = d.keep(d.gate(), (2 * d.uniform()).floor(), 0);
  Tensor g = scaling(d, 1 - 2 * flip, d.full(1));
  const Tensor turns = d.keep(d.gate(), (4 * d.uniform()).floor(), 0);
  g = composed(g, rotation(d, turns * (kPi / 2)));
  const Tensor acts = d.gate(), width = d.full(static_cast<double>(w)), height = d.full(static_cast<double>(h));
  const Tensor x = d.keep(acts, ((2 * d.uniform() - 1) * 0.125 * width).round() / width, 0);
  const Tensor y = d.keep(acts, ((2 * d.uniform() - 1) * 0.125 * height).round() / height, 0);
  return composed(g, shifting(d, -(x * width).round(), -(y * height).round()));
}

Tensor geom(AdaDraws& d, int64_t h, int64_t w) {
  const Tensor size = d.keep(d.gate(), (0.2 * d.normal()).exp2(), 1);
  Tensor g = scaling(d, 1 / size, 1 / size);
  g = composed(g, rotation(d, d.keep(d.rotation_gate(), (2 * d.uniform() - 1) * kPi, 0)));
  const Tensor aspect = d.keep(d.gate(), (0.2 * d.normal()).exp2(), 1);
  g = composed(g, scaling(d, 1 / aspect, aspect));
  g = composed(g, rotation(d, d.keep(d.rotation_gate(), (2 * d.uniform() - 1) * kPi, 0)));
  const Tensor acts = d.gate();
  const Tensor x = d.keep(acts, 0.125 * d.normal(), 0), y = d.keep(acts, 0.125 * d.normal(), 0);
  return composed(g, shifting(d, x * -static_cast<double>(w), y * -static_cast<double>(h)));
}

// A 4x4 matrix whose 3x3 part is on_identity * I + on_luma * v v^T + on_cross * [v]x, with v = (1,1,1) / sqrt(3).
Tensor around_luma(const AdaDraws& d, const Tensor& on_identity, const Tensor& on_luma, const Tensor& on_cross) {
  const Tensor all = on_luma / 3, one = on_identity + all, o = d.full(0);
  const Tensor plus = all + on_cross / std::sqrt(3.0), minus = all - on_cross / std::sqrt(3.0);
  return matrices({one, minus, plus, o, plus, one, minus, o, minus, plus, one, o, o, o, o, d.full(1)}, 4);
}

Tensor color(AdaDraws& d, bool grey) {
  const Tensor o = d.full(0), one = d.full(1);
  const Tensor offset = d.keep(d.gate(), 0.2 * d.normal(), 0);
  Tensor c = matrices({one, o, o, offset, o, one, o, offset, o, o, one, offset, o, o, o, one}, 4);
  c = composed(around_luma(d, d.keep(d.gate(), (0.5 * d.normal()).exp2(), 1), o, o), c);
  c = composed(around_luma(d, one, -2 * d.keep(d.gate(), (2 * d.uniform()).floor(), 0), o), c);
  const Tensor hue = d.keep(grey ? d.closed_gate() : d.gate(), (2 * d.uniform() - 1) * kPi, 0);
  c = composed(around_luma(d, hue.cos(), 1 - hue.cos(), hue.sin()), c);
  const Tensor strength = d.keep(grey ? d.closed_gate() : d.gate(), d.normal().exp2(), 1);
  return composed(around_luma(d, strength, 1 - strength, o), c);
}

// Every band that is changed takes its share of the expected power from all; shares of 10, 1, 1, 1 of 13.
Tensor filter(AdaDraws& d) {
  Tensor gains = at::ones({d.n(), 4}, d.full(0).options());
  for (int64_t band = 0; band < 4; ++band) {
    const Tensor gain = d.keep(d.gate(), d.normal().exp2(), 1), share = d.full(band == 0 ? 10.0 / 13 : 1.0 / 13);
    gains = gains / (1 + share * (gain.square() - 1)).sqrt().unsqueeze(1);
    gains.select(1, band).mul_(gain);
  }
  return gains;
}

void cutout_box(AdaDraws& d) {
  d.keep(d.gate(), d.full(0.5), 0);
  d.note(d.uniform());
  d.note(d.uniform());
}

void check_draws(const Tensor& u, const AdaCombination& c, const std::string& text, const std::optional<Tensor>& p) {
  const int64_t columns = ada_draws(text);
  TORCH_CHECK(u.dim() == 2 && u.sym_size(1) == columns, "ada: u must be [N, ", columns, "], got ", u.sym_sizes());
  if (!p) return;
  TORCH_CHECK(!c.has_p, "ada: '", text, "' has p= of its own, and p is given as well");
  TORCH_CHECK(p->dim() == 0, "ada: p must be [], got ", p->sym_sizes());
  TORCH_CHECK(p->device() == u.device(), "ada: p is on ", p->device(), ", u on ", u.device());
}

at::ScalarType type_of_results(const Tensor& u) {
  return u.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

Four ada_matrices_aten(const Tensor& u, std::string_view combination, const std::optional<Tensor>& p, int64_t channels,
                       int64_t height, int64_t width) {
  const std::string text(combination);
  const AdaCombination c = checked_ada_combination(text);
  check_draws(u, c, text, p);
  int64_t value_columns = 0;
  for (const AdaStep& step : ada_steps(c)) value_columns += step.draws;
  AdaDraws d(u, value_columns, p, c.p);
  Tensor g = identity_of(d, 3);
  if (c.blit) g = blit(d, height, width);
  if (c.geom) g = composed(g, geom(d, height, width));
  const Tensor colors = c.color ? color(d, channels == 1) : identity_of(d, 4);
  const Tensor gains = c.filter ? filter(d) : at::ones({d.n(), 4}, g.options());
  if (c.noise) d.keep(d.gate(), 0.1 * d.normal().abs(), 0);
  if (c.cutout) cutout_box(d);
  const auto result = [&](const Tensor& t) { return t.to(type_of_results(u)).contiguous(); };
  return {result(d.noted()), result(g), result(colors), result(gains)};
}

Four ada_matrices_meta(const Tensor& u, std::string_view combination, const std::optional<Tensor>& p, c10::SymInt,
                       c10::SymInt, c10::SymInt) {
  const std::string text(combination);
  check_draws(u, checked_ada_combination(text), text, p);
  const auto shaped = [&](std::vector<c10::SymInt> sizes) {
    sizes.insert(sizes.begin(), u.sym_size(0));
    return at::empty_symint(sizes, u.options().dtype(type_of_results(u)));
  };
  const int64_t values = static_cast<int64_t>(ada_parameters(text).size());
  return {shaped({values}), shaped({3, 3}), shaped({4, 4}), shaped({4})};
}

Four ada_matrices_autograd(const Tensor& u, std::string_view combination, const std::optional<Tensor>& p,
                           c10::SymInt channels, c10::SymInt height, c10::SymInt width) {
  at::AutoDispatchBelowADInplaceOrView below;
  return ada_matrices(u, std::string(combination), p, std::move(channels), std::move(height), std::move(width));
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def(
      "ada_matrices(Tensor u, str combination, Tensor? p, SymInt channels, SymInt height, SymInt width) -> "
      "(Tensor, Tensor, Tensor, Tensor)",
      {at::Tag::pt2_compliant_tag});
  m.impl("ada_matrices", c10::DispatchKey::CPU, ada_matrices_aten);
  m.impl("ada_matrices", c10::DispatchKey::CompositeExplicitAutograd, ada_matrices_aten);
  m.impl("ada_matrices", c10::DispatchKey::Meta, ada_matrices_meta);
  m.impl("ada_matrices", c10::DispatchKey::Autograd, ada_matrices_autograd);
}

}  // namespace

Four ada_matrices(const Tensor& u, const std::string& combination, const std::optional<Tensor>& p, c10::SymInt channels,
                  c10::SymInt height, c10::SymInt width) {
  static const auto op = c10::Dispatcher::singleton()
                             .findSchemaOrThrow("centigan::ada_matrices", "")
                             .typed<decltype(ada_matrices_autograd)>();
  return op.call(u, combination, p, std::move(channels), std::move(height), std::move(width));
}

}  // namespace centigan
