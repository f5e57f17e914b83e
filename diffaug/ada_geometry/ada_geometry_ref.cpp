#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include <array>

#include "ada/reference.h"
#include "ada_geometry/ada_geometry_kernel.h"

namespace centigan {
namespace {

using at::Tensor;

// Up-sampling with zeros, padding (negative: cropping), the filter, down-sampling; the same along both axes.
struct Fir {
  int64_t up, down, before, after;
  bool correlate;  // else convolve
  double gain;     // of each axis
};

constexpr Fir kDouble{2, 1, 6, 5, false, 2.0}, kHalve{1, 2, -1, -1, true, 1.0};

Tensor fir_axis(const Tensor& x, int64_t dim, const Fir& fir) {
  std::vector<double> values;
  for (int k = 0; k < kAdaTaps; ++k)
    values.push_back(fir.gain * ada_geometry_tap(fir.correlate ? k : kAdaTaps - 1 - k));
  const Tensor taps = at::tensor(values, at::kDouble).to(x.options());
  std::vector<int64_t> stuffed = x.sizes().vec();
  stuffed[static_cast<size_t>(dim)] *= fir.up;
  Tensor z = at::zeros(stuffed, x.options());
  z.slice(dim, 0, stuffed[static_cast<size_t>(dim)], fir.up).copy_(x);
  z = dim == 3 ? at::constant_pad_nd(z, {fir.before, fir.after})
               : at::constant_pad_nd(z, {0, 0, fir.before, fir.after});
  const Tensor weight = (dim == 3 ? taps.view({1, 1, 1, -1}) : taps.view({1, 1, -1, 1})).repeat({x.size(1), 1, 1, 1});
  const Tensor y = at::conv2d(z, weight, {}, 1, at::IntArrayRef{0, 0}, 1, x.size(1));
  return y.slice(dim, 0, y.size(dim), fir.down);
}

Tensor fir_both(const Tensor& x, const Fir& fir) {
  return fir_axis(fir_axis(x, 3, fir), 2, fir);
}

// The adjoint of fir_axis is such a filter, too.
Fir adjoint_of(const Fir& fir, int64_t in, int64_t out) {
  return {fir.down,       fir.up,  kAdaTaps - fir.before - 1, in * fir.up - out * fir.down + fir.before - fir.up + 1,
          !fir.correlate, fir.gain};
}

Tensor fir_both_adjoint(const Tensor& grad, const Fir& fir, int64_t in_h, int64_t in_w) {
  const Tensor rows = fir_axis(grad, 2, adjoint_of(fir, in_h, grad.size(2)));
  return fir_axis(rows, 3, adjoint_of(fir, in_w, grad.size(3)));
}

Tensor matrix(const std::array<double, 6>& m, const Tensor& like) {
  return at::tensor({m[0], m[1], m[2], m[3], m[4], m[5], 0.0, 0.0, 1.0}, at::kDouble).view({3, 3}).to(like.device());
}

Tensor translate2d(double x, double y, const Tensor& like) {
  return matrix({1, 0, x, 0, 1, y}, like);
}

Tensor scale2d(double x, double y, const Tensor& like) {
  return matrix({x, 0, 0, 0, y, 0}, like);
}

// Left, right, top, bottom.
std::vector<int64_t> margins_of(const Tensor& g, int64_t h, int64_t w) {
  const double cx = static_cast<double>(w - 1) / 2, cy = static_cast<double>(h - 1) / 2;
  const Tensor corners = at::tensor({-cx, cx, cx, -cx, -cy, -cy, cy, cy, 1.0, 1.0, 1.0, 1.0}, at::kDouble);
  const Tensor at = at::matmul(g, corners.view({3, 4}).to(g.device()));
  const Tensor x = at.select(1, 0), y = at.select(1, 1);
  const auto margin = [](const Tensor& reach, double centre, int64_t size) {
    const double most = reach.max().item<double>() + 6 - centre;
    return static_cast<int64_t>(std::ceil(std::clamp(most, 0.0, static_cast<double>(size - 1))));
  };
  return {margin(-x, cx, w), margin(x, cx, w), margin(-y, cy, h), margin(y, cy, h)};
}

// Where the doubled, padded picture [.,.,in_h,in_w] is sampled: an affine grid of (2h + 12, 2w + 12) points.
Tensor grid_of(Tensor g, const std::vector<int64_t>& m, const Tensor& x, int64_t in_h, int64_t in_w) {
  const int64_t out_h = (x.size(2) + 6) * 2, out_w = (x.size(3) + 6) * 2;
  const double half = 0.5;
  g = at::matmul(translate2d(half * static_cast<double>(m[0] - m[1]), half * static_cast<double>(m[2] - m[3]), g), g);
  g = at::matmul(at::matmul(scale2d(2, 2, g), g), scale2d(half, half, g));
  g = at::matmul(at::matmul(translate2d(-half, -half, g), g), translate2d(half, half, g));
  const Tensor shrink = scale2d(2 / static_cast<double>(in_w), 2 / static_cast<double>(in_h), g);
  g = at::matmul(at::matmul(shrink, g),
                 scale2d(half * static_cast<double>(out_w), half * static_cast<double>(out_h), g));
  const Tensor theta = g.narrow(1, 0, 2).to(x.scalar_type());
  return at::affine_grid_generator(theta, {x.size(0), x.size(1), out_h, out_w}, false);
}

// [N,1,1,1], true for pictures that are copied.
Tensor untouched(const Tensor& g) {
  const Tensor same = g.narrow(1, 0, 2).eq(at::eye(3, g.options()).narrow(0, 0, 2)).flatten(1).all(1);
  return same.view({-1, 1, 1, 1});
}

Tensor three_by_three(const Tensor& g_inv) {
  const Tensor rows = g_inv.to(at::kDouble).narrow(1, 0, 2);
  return at::cat({rows, at::tensor({0.0, 0.0, 1.0}, rows.options()).expand({rows.size(0), 1, 3})}, 1);
}

}  // namespace

Tensor ada_geometry_ref(const Tensor& pictures, const Tensor& g_inv) {
  if (pictures.numel() == 0) return at::empty_like(pictures);
  const Tensor x = pictures.to(at::toOpMathType(pictures.scalar_type())).contiguous(), g = three_by_three(g_inv);
  const std::vector<int64_t> m = margins_of(g, x.size(2), x.size(3));
  const Tensor doubled = fir_both(at::reflection_pad2d(x, m), kDouble);
  const Tensor grid = grid_of(g, m, x, doubled.size(2), doubled.size(3));
  const Tensor y = fir_both(at::grid_sampler(doubled, grid, 0, 0, false), kHalve);
  return at::where(untouched(g), x, y).to(pictures.scalar_type());
}

Tensor ada_geometry_backward_ref(const Tensor& gradients, const Tensor& g_inv) {
  if (gradients.numel() == 0) return at::empty_like(gradients);
  const Tensor grad = gradients.to(at::toOpMathType(gradients.scalar_type())).contiguous(), g = three_by_three(g_inv);
  const int64_t h = grad.size(2), w = grad.size(3);
  const std::vector<int64_t> m = margins_of(g, h, w);
  const int64_t padded_h = h + m[2] + m[3], padded_w = w + m[0] + m[1];
  const Tensor grid = grid_of(g, m, grad, 2 * padded_h, 2 * padded_w);
  const Tensor samples = fir_both_adjoint(grad, kHalve, 2 * h + 12, 2 * w + 12);
  const Tensor shape = at::zeros({grad.size(0), grad.size(1), 2 * padded_h, 2 * padded_w}, grad.options());
  const Tensor doubled = std::get<0>(at::grid_sampler_2d_backward(samples, shape, grid, 0, 0, false, {true, false}));
  const Tensor padded = fir_both_adjoint(doubled, kDouble, padded_h, padded_w);
  const Tensor out = at::reflection_pad2d_backward(padded, at::zeros_like(grad), m);
  return at::where(untouched(g), grad, out).to(gradients.scalar_type());
}

}  // namespace centigan
