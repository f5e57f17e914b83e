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

int64_t distance_block(int64_t points) {
  return std::clamp<int64_t>((8 << 20) / std::max<int64_t>(points, 1), 16, kBlockRows);
}

}  // namespace centigan
