#include "blocks.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace centigan {
namespace {

constexpr int64_t kDirectDistances = 2;  // mode of cdist that sums squared differences

}  // namespace

torch::Tensor block_of(const torch::Tensor& x, int64_t first) {
  return x.narrow(0, first, std::min(kBlockRows, x.size(0) - first)).to(at::kDouble);
}

torch::Tensor mean_row(const torch::Tensor& x) {
  at::Tensor sum = at::zeros({x.size(1)}, at::kDouble);
  for (int64_t first = 0; first < x.size(0); first += kBlockRows) sum += block_of(x, first).sum(0);
  return sum / static_cast<double>(x.size(0));
}

torch::Tensor distance_rows(const torch::Tensor& rows, const torch::Tensor& points) {
  const at::Tensor a = rows.to(at::kDouble);
  at::Tensor result = at::empty({a.size(0), points.size(0)}, at::kDouble);
  for (int64_t first = 0; first < points.size(0); first += kBlockRows) {
    const at::Tensor b = block_of(points, first);
    result.narrow(1, first, b.size(0)).copy_(at::cdist(a, b, 2.0, kDirectDistances));
  }
  return result;
}

RoughSquares rough_squares(const torch::Tensor& rows, const torch::Tensor& points) {
  const at::Tensor a = rows.to(at::kDouble), a_norms = a.square().sum(1, true);
  RoughSquares rough{at::empty({a.size(0), points.size(0)}, at::kDouble), 0};
  double most = 0;
  for (int64_t first = 0; first < points.size(0); first += kBlockRows) {
    const at::Tensor b = block_of(points, first), b_norms = b.square().sum(1);
    at::Tensor part = rough.value.narrow(1, first, b.size(0));
    part.copy_(a.matmul(b.t()).mul_(-2).add_(a_norms).add_(b_norms));
    most = std::max(most, b_norms.max().item<double>());
  }
  // A sum of d products in float64 is off by less than d eps |a| |b|; four times that.
  const double length = std::sqrt(most) + std::sqrt(a_norms.max().item<double>());
  rough.slack = 4 * static_cast<double>(a.size(1) + 8) * std::numeric_limits<double>::epsilon() * length * length;
  return rough;
}

torch::Tensor distances_where(const torch::Tensor& rows, const torch::Tensor& points, const torch::Tensor& wanted) {
  at::Tensor result = at::full(wanted.sizes(), std::numeric_limits<double>::infinity(), at::kDouble);
  const at::Tensor places = wanted.nonzero();
  if (places.size(0) > wanted.numel() / 8) return at::where(wanted, distance_rows(rows, points), result);
  for (int64_t first = 0; first < places.size(0); first += kBlockRows) {
    const at::Tensor some = places.narrow(0, first, std::min(kBlockRows, places.size(0) - first));
    const at::Tensor i = some.select(1, 0), j = some.select(1, 1);
    const at::Tensor a = rows.index_select(0, i).to(at::kDouble), b = points.index_select(0, j).to(at::kDouble);
    result.index_put_({i, j}, at::cdist(a.unsqueeze(1), b.unsqueeze(1), 2.0, kDirectDistances).flatten());
  }
  return result;
}

torch::Tensor comparable_distances(const torch::Tensor& rows, const torch::Tensor& points,
                                   const std::vector<torch::Tensor>& limits) {
  const RoughSquares rough = rough_squares(rows, points);
  at::Tensor close = at::zeros(rough.value.sizes(), at::kBool);
  for (const at::Tensor& limit : limits) close.logical_or_((rough.value - limit.square()).abs_().le(2 * rough.slack));
  return at::where(close, distances_where(rows, points, close), rough.value.clamp_min(0).sqrt_());
}

int64_t distance_block(int64_t points) {
  return std::clamp<int64_t>((8 << 20) / std::max<int64_t>(points, 1), 16, kBlockRows);
}

}  // namespace centigan
