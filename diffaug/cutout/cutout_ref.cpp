#include <ATen/ATen.h>

#include <cmath>

#include "common/reference.h"

namespace centigan {
namespace {

using at::Tensor;

// [N,size], true in the hole of each picture along one axis.
Tensor hole(const Tensor& u, int64_t size, double ratio) {
  const int64_t c = static_cast<int64_t>(static_cast<double>(size) * ratio + 0.5);
  const int64_t centres = size + 1 - c % 2;
  const Tensor first = (u.to(at::kDouble) * centres).floor().clamp(0, centres - 1).to(at::kLong) - c / 2;
  const Tensor at = at::arange(size, first.options()).view({1, size}) - first.view({-1, 1});
  return at.ge(0).logical_and(at.lt(c));
}

}  // namespace

Tensor cutout_ref(const Tensor& x, const Tensor& u, double ratio) {
  const int64_t n = x.size(0), h = x.size(2), w = x.size(3);
  const Tensor rows = hole(u.select(1, 0), h, ratio).view({n, 1, h, 1});
  const Tensor columns = hole(u.select(1, 1), w, ratio).view({n, 1, 1, w});
  return x.masked_fill(rows.logical_and(columns), 0);
}

}  // namespace centigan
