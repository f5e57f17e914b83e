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

torch::Tensor solved(torch::Tensor a, const torch::Tensor& b) {
  const auto mean = at::clamp_min(a.diagonal(0, -2, -1).mean(-1), 1e-30);
  a = a + at::eye(a.size(-1), a.options()) * (kRidge * mean).unsqueeze(-1).unsqueeze(-1);
  return at::linalg_solve(a, b);
}

torch::Tensor with_ones(const torch::Tensor& x) {
  return at::cat({x, at::ones({x.size(0), 1}, x.options())}, 1);
}

}  // namespace centigan
