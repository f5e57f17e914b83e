#include <ATen/ATen.h>

#include "ada/reference.h"

namespace centigan {
namespace {

using at::Tensor;

// [N,count]: true where the position along one axis is outside of the box.
Tensor outside_box(const Tensor& centre, const Tensor& size, int64_t count) {
  const Tensor at = (at::arange(count, centre.options()) + 0.5) / static_cast<double>(count);
  return (at.unsqueeze(0) - centre.unsqueeze(1)).abs().ge(size.unsqueeze(1) / 2);
}

}  // namespace

Tensor ada_cutout_ref(const Tensor& x, const Tensor& centre, const Tensor& size) {
  const int64_t n = x.size(0), h = x.size(2), w = x.size(3);
  const Tensor at = centre.to(at::kDouble), box = size.to(at::kDouble).expand({n});
  const Tensor columns = outside_box(at.select(1, 0), box, w).view({n, 1, 1, w});
  const Tensor rows = outside_box(at.select(1, 1), box, h).view({n, 1, h, 1});
  return x.masked_fill(columns.logical_or(rows).logical_not(), 0);
}

}  // namespace centigan
