#include "least_squares.h"

#include <ATen/ATen.h>

namespace centigan {
namespace {

constexpr double kRidge = 1e-5;  // of the mean variance

void add_to(torch::Tensor& sum, const torch::Tensor& part) {
  const auto wide = part.to(at::kDouble);
  sum = sum.defined() ? sum + wide : wide;
}

}  // namespace

void LeastSquares::add(const torch::Tensor& x, const torch::Tensor& y) {
  const auto across = x.t();
  add_to(xx_, at::matmul(across, x));
  add_to(xy_, at::matmul(across, y));
}

torch::Tensor LeastSquares::solve() const {
  return solved(xx_, xy_);
}

torch::Tensor with_ridge(const torch::Tensor& a) {
  const auto mean = at::clamp_min(a.diagonal(0, -2, -1).mean(-1), 1e-30);
  return a + at::eye(a.size(-1), a.options()) * (kRidge * mean).unsqueeze(-1).unsqueeze(-1);
}

torch::Tensor solved(const torch::Tensor& a, const torch::Tensor& b) {
  return at::linalg_solve(with_ridge(a), b);
}

torch::Tensor neighbourhoods(const torch::Tensor& map) {
  return at::im2col(map, {3, 3}, {1, 1}, {1, 1}, {1, 1}).transpose(1, 2).flatten(0, 1);
}

torch::Tensor with_ones(const torch::Tensor& x) {
  return at::cat({x, at::ones({x.size(0), 1}, x.options())}, 1);
}

}  // namespace centigan
