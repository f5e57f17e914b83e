#include "rough_squares.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>
#include <utility>

#include "blocks.h"

namespace centigan {
namespace {

// What products of float32 that underflow may hide, in a space whose longest row is 1.
constexpr double kHidden = 1e-30;

at::Tensor squared_lengths(const at::Tensor& x, const at::Tensor& centre) {
  at::Tensor squares = at::empty({x.size(0)}, at::kDouble);
  for (int64_t first = 0; first < x.size(0); first += kTileRows) {
    const int64_t count = std::min(kTileRows, x.size(0) - first);
    at::Tensor rows = x.narrow(0, first, count).to(at::kDouble) - centre;
    squares.narrow(0, first, count).copy_(rows.square_().sum(1));
  }
  return squares;
}

}  // namespace

RoughSpace rough_space(const torch::Tensor& x, const torch::Tensor& y) {
  const bool float32 = x.scalar_type() == at::kFloat && y.scalar_type() == at::kFloat;
  // A float32 number, so that rows of that kind are moved there by one rounding.
  const at::Tensor centre = float32 ? mean_row(x).to(at::kFloat).to(at::kDouble) : mean_row(x);
  double most = 0;
  for (const at::Tensor& set : {x, y}) most = std::max(most, squared_lengths(set, centre).max().item<double>());
  const int exponent = most > 0 ? std::clamp(std::ilogb(std::sqrt(most)) + 1, -500, 500) : 0;
  return {centre, std::ldexp(1.0, -exponent), float32 && std::abs(exponent) < 100};
}

// A sum of d products in float32 is off by at most d/2 eps |a||b| in whatever order, and 2|a||b| <= |a|^2 + |b|^2:
// twice that, and some for the rounding of the rows and of the few operations after the product.
RoughSet::RoughSet(torch::Tensor x, RoughSpace space) : x_(std::move(x)), space_(std::move(space)) {
  const double slack = static_cast<double>(x_.size(1) + 16) * std::numeric_limits<float>::epsilon();
  const at::Tensor squares = squared_lengths(x_, space_.centre).mul_(space_.scale * space_.scale);
  least_ = (squares * (1 - slack) - kHidden).to(at::kFloat);
  most_ = (squares * (1 + slack) + kHidden).to(at::kFloat);
}

torch::Tensor RoughSet::rows(int64_t first, int64_t count) const {
  const at::Tensor some = x_.narrow(0, first, count);
  const bool single = space_.single && some.scalar_type() == at::kFloat;
  const at::Tensor wide = single ? some : some.to(at::kDouble);
  return (wide - space_.centre.to(wide.scalar_type())).mul_(space_.scale).to(at::kFloat);
}

RoughTile::RoughTile(const RoughSet& a, const RoughSet& b, const Tile& tile)
    : tile_(tile),
      products_(a.rows(tile.row, tile.rows).mul_(-2).matmul(b.rows(tile.column, tile.columns).t())),
      row_least_(a.least() + tile.row),
      row_most_(a.most() + tile.row),
      column_least_(b.least() + tile.column),
      column_most_(b.most() + tile.column) {}

}  // namespace centigan
