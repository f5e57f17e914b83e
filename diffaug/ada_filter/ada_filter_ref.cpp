#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "ada/reference.h"
#include "ada_filter/ada_filter_kernel.h"

namespace centigan {
namespace {

using at::Tensor;

// [N,size,size]: what one direction does, continuation and filter in one matrix.
Tensor axis_matrix(const Tensor& taps, int64_t size) {
  Tensor m = at::zeros({taps.size(0), size, size}, taps.options());
  for (int64_t to = 0; to < size; ++to)
    for (int k = 0; k < kAdaFilterTaps; ++k)
      m.select(1, to).select(1, ada_reflected_always(to + k - kAdaFilterPad, size)).add_(taps.select(1, k));
  return m.unsqueeze(1);
}

Tensor filter_by_matrices(const Tensor& pictures, const Tensor& gains, bool transposed) {
  if (pictures.numel() == 0) return at::empty_like(pictures);
  const at::ScalarType wide = at::toOpMathType(pictures.scalar_type());
  static const AdaFilterBank bank = make_ada_filter_bank();
  const Tensor g = gains.to(at::kDouble), x = pictures.to(wide);
  const Tensor rows = at::from_blob(const_cast<double*>(&bank.taps[0][0]), {kAdaBands, kAdaFilterTaps}, at::kDouble);
  const Tensor taps = at::matmul(g, rows.to(g.device())).to(wide);
  Tensor along_h = axis_matrix(taps, x.size(2)), along_w = axis_matrix(taps, x.size(3)).transpose(2, 3);
  if (transposed) along_h = along_h.transpose(2, 3), along_w = along_w.transpose(2, 3);
  const Tensor y = at::matmul(along_h, at::matmul(x, along_w));
  return at::where(g.eq(1).all(1).view({-1, 1, 1, 1}), x, y).to(pictures.scalar_type());
}

}  // namespace

Tensor ada_filter_ref(const Tensor& x, const Tensor& gains) {
  return filter_by_matrices(x, gains, false);
}

Tensor ada_filter_backward_ref(const Tensor& grad, const Tensor& gains) {
  return filter_by_matrices(grad, gains, true);
}

}  // namespace centigan
