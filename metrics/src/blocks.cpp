#include "blocks.h"

#include <ATen/ATen.h>

#include <algorithm>

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

std::vector<double> distances_of_pairs(const torch::Tensor& a, const std::vector<int64_t>& i, const torch::Tensor& b,
                                       const std::vector<int64_t>& j) {
  constexpr int64_t kAtOnce = 512;
  const auto count = static_cast<int64_t>(i.size());
  const at::Tensor rows_a = at::tensor(i, at::kLong), rows_b = at::tensor(j, at::kLong);
  std::vector<double> distances(i.size());
  for (int64_t first = 0; first < count; first += kAtOnce) {
    const int64_t some = std::min(kAtOnce, count - first);
    const at::Tensor from = a.index_select(0, rows_a.narrow(0, first, some)).to(at::kDouble).unsqueeze(1);
    const at::Tensor to = b.index_select(0, rows_b.narrow(0, first, some)).to(at::kDouble).unsqueeze(1);
    const at::Tensor found = at::cdist(from, to, 2.0, kDirectDistances).contiguous();
    std::copy_n(found.const_data_ptr<double>(), some, distances.begin() + first);
  }
  return distances;
}

}  // namespace centigan
