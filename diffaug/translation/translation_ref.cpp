#include <ATen/ATen.h>

#include <cmath>

#include "common/reference.h"

namespace centigan {
namespace {

using at::Tensor;

// Integers in -s ... s from one column of draws, in float64 (float32 rounds some products up).
Tensor shifts(const Tensor& u, int64_t size, double ratio) {
  const double s = std::trunc(static_cast<double>(size) * ratio + 0.5);
  return ((u.to(at::kDouble) * (2 * s + 1)).floor().clamp(0, 2 * s) - s).to(at::kLong);
}

// out[h,w] = x[h + rows, w + columns], zero outside, by a gather over the flat picture.
Tensor shifted(const Tensor& x, const Tensor& rows, const Tensor& columns) {
  const int64_t n = x.size(0), c = x.size(1), h = x.size(2), w = x.size(3);
  if (x.numel() == 0) return at::empty_like(x);
  const Tensor r = at::arange(h, rows.options()).view({1, h, 1}) + rows.view({n, 1, 1});
  const Tensor k = at::arange(w, rows.options()).view({1, 1, w}) + columns.view({n, 1, 1});
  const Tensor inside = r.ge(0).logical_and(r.lt(h)).logical_and(k.ge(0)).logical_and(k.lt(w));
  const Tensor index = (r.clamp(0, h - 1) * w + k.clamp(0, w - 1)).view({n, 1, h * w}).expand({n, c, h * w});
  const Tensor picked = x.reshape({n, c, h * w}).gather(2, index).view({n, c, h, w});
  return picked.masked_fill(inside.logical_not().unsqueeze(1), 0).contiguous(x.suggest_memory_format());
}

}  // namespace

Tensor translation_ref(const Tensor& x, const Tensor& u, double ratio) {
  return shifted(x, shifts(u.select(1, 0), x.size(2), ratio), shifts(u.select(1, 1), x.size(3), ratio));
}

Tensor translation_backward_ref(const Tensor& grad, const Tensor& u, double ratio) {
  return shifted(grad, -shifts(u.select(1, 0), grad.size(2), ratio), -shifts(u.select(1, 1), grad.size(3), ratio));
}

}  // namespace centigan
