#include "centigan/metrics/kid.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "centigan/metrics/features_check.h"
#include "named_uniform.h"
#include "tiles.h"

namespace centigan {
namespace {

// (a.b / d + 1)^3 of the pairs of a tile.
at::Tensor cubic_kernel(const at::Tensor& x, const at::Tensor& y, const Tile& tile) {
  const at::Tensor a = x.narrow(0, tile.row, tile.rows).to(at::kDouble);
  const at::Tensor b = y.narrow(0, tile.column, tile.columns).to(at::kDouble);
  at::Tensor kernel = a.matmul(b.t());
  auto* values = kernel.mutable_data_ptr<double>();
  const auto width = static_cast<double>(x.size(1));
  for (int64_t p = 0; p < kernel.numel(); ++p) {
    const double k = values[p] / width + 1;
    values[p] = k * k * k;
  }
  return kernel;
}

// For each x_i the sum over j of k(x_i, y_j): [n]. `own`: y is x, and j = i is left out. A row of `parts` is one block
// of columns, so that the order of the sum does not depend on who computes which tile.
at::Tensor kernel_row_sums(const at::Tensor& x, const at::Tensor& y, bool own, RowCount& rows_done) {
  at::Tensor parts = at::empty({(y.size(0) + kTileRows - 1) / kTileRows, x.size(0)}, at::kDouble);
  for_each_tile(x.size(0), y.size(0), own, rows_done, [&](const Tile& tile) {
    at::Tensor kernel = cubic_kernel(x, y, tile);
    if (own && tile.on_diagonal()) kernel.fill_diagonal_(0);
    parts[tile.column / kTileRows].narrow(0, tile.row, tile.rows).copy_(kernel.sum(1));
    if (own && !tile.on_diagonal())
      parts[tile.row / kTileRows].narrow(0, tile.column, tile.columns).copy_(kernel.sum(0));
  });
  return parts.sum(0);
}

// Each real left out once: the spread of the estimate under the choice of reals, of which there are few.
double jackknife_error(const at::Tensor& within, const at::Tensor& across, double n, double m) {
  if (n < 3) return std::numeric_limits<double>::quiet_NaN();
  const at::Tensor left_out =
      (within.sum() - 2 * within) / ((n - 1) * (n - 2)) - 2 * (across.sum() - across) / ((n - 1) * m);
  return std::sqrt((n - 1) / n * (left_out - left_out.mean()).square().sum().item<double>());
}

}  // namespace

Kid kid(const torch::Tensor& real_in, const torch::Tensor& fake_in, const RowWatch& watch) {
  const at::Tensor x = usable_features(real_in, "real", 2);
  const at::Tensor y = usable_features(fake_in, "fake", 2, x.size(1));
  const double n = static_cast<double>(x.size(0)), m = static_cast<double>(y.size(0));
  RowCount rows(2 * x.size(0) + y.size(0), watch);
  const at::Tensor within = kernel_row_sums(x, x, true, rows), across = kernel_row_sums(x, y, false, rows);
  const double value = within.sum().item<double>() / (n * (n - 1)) +
                       kernel_row_sums(y, y, true, rows).sum().item<double>() / (m * (m - 1)) -
                       2 * across.sum().item<double>() / (n * m);
  return {value, jackknife_error(within, across, n, m)};
}

KidSubsets kid_subsets(const torch::Tensor& real_in, const torch::Tensor& fake_in, int64_t count, int64_t size) {
  if (size == 0) size = std::max<int64_t>(2, std::min({real_in.size(0), fake_in.size(0), int64_t{1000}}));
  const at::Tensor x = usable_features(real_in, "real", std::max<int64_t>(2, size));
  const at::Tensor y = usable_features(fake_in, "fake", std::max<int64_t>(2, size), x.size(1));
  KidSubsets result{0, 0, size, size < x.size(0), {}};
  for (int64_t t = 0; t < count; ++t) {
    const std::string number = std::to_string(t);
    const at::Tensor chosen_x = at::tensor(named_subset("kid/real/" + number, x.size(0), size));
    const at::Tensor chosen_y = at::tensor(named_subset("kid/fake/" + number, y.size(0), size));
    result.values.push_back(kid(x.index_select(0, chosen_x), y.index_select(0, chosen_y)).value);
  }
  const at::Tensor values = at::tensor(result.values, at::kDouble);
  result.mean = values.mean().item<double>();
  result.deviation = values.std(false).item<double>();
  return result;
}

}  // namespace centigan
