#include "centigan/metrics/frechet.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/error.h"
#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

// Rows minus their mean over sqrt(n-1): its Gram matrix is the covariance.
at::Tensor scaled_deviations(const at::Tensor& x, const at::Tensor& mean) {
  return (x - mean) / std::sqrt(static_cast<double>(x.size(0) - 1));
}

double root_sum(const at::Tensor& eigenvalues) {
  return eigenvalues.clamp_min(0).sqrt().sum().item<double>();
}

// Tr (S_x S_y)^1/2 as the nuclear norm of A B'; the small factor of a QR has the same singular values.
double nuclear_low_rank(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor c = a.size(0) < b.size(0) ? b.matmul(a.t()) : a.matmul(b.t());
  return at::linalg_svdvals(std::get<1>(at::linalg_qr(c, "r"))).sum().item<double>();
}

double nuclear_symmetric(const at::Tensor& covariance_x, const at::Tensor& covariance_y) {
  const auto [values, vectors] = at::linalg_eigh(covariance_x);
  const at::Tensor half = (vectors * values.clamp_min(0).sqrt()).matmul(vectors.t());
  return root_sum(at::linalg_eigvalsh(half.matmul(covariance_y).matmul(half)));
}

FrechetParts assemble(double mean_term, double trace_x, double trace_y, double nuclear) {
  double value = mean_term + trace_x + trace_y - 2 * nuclear;
  const double rounding = 1e-9 * (trace_x + trace_y) + 1e-9;
  if (!(value >= -rounding)) {
    fail("metrics", "Fréchet distance", "came out as " + std::to_string(value) + ", below zero",
         "check that the covariance is symmetric and positive; if it is, report this as a bug");
  }
  if (value < 0) value = 0;
  return {value, mean_term, trace_x, trace_y, nuclear};
}

}  // namespace

FrechetParts frechet_distance(const torch::Tensor& x_in, const torch::Tensor& y_in) {
  const at::Tensor x = checked_features(x_in, "real", 2);
  const at::Tensor y = checked_features(y_in, "fake", 2, x.size(1));
  const at::Tensor mean_x = x.mean(0), mean_y = y.mean(0);
  const at::Tensor a = scaled_deviations(x, mean_x), b = scaled_deviations(y, mean_y);
  const double trace_x = a.square().sum().item<double>(), trace_y = b.square().sum().item<double>();
  const double mean_term = (mean_x - mean_y).square().sum().item<double>();
  double nuclear = trace_x;  // exact for equal sets
  if (!at::equal(x, y)) {
    const bool low_rank = std::min(x.size(0), y.size(0)) <= x.size(1);
    nuclear = low_rank ? nuclear_low_rank(a, b) : nuclear_symmetric(a.t().matmul(a), b.t().matmul(b));
  }
  return assemble(mean_term, trace_x, trace_y, nuclear);
}

FrechetParts frechet_distance(const torch::Tensor& x_in, const torch::Tensor& mean_in,
                              const torch::Tensor& covariance_in) {
  const at::Tensor x = checked_features(x_in, "real", 2);
  const at::Tensor mean = checked_features(mean_in.reshape({1, -1}), "mean", 1, x.size(1))[0];
  const at::Tensor covariance = checked_features(covariance_in, "covariance", x.size(1), x.size(1));
  const at::Tensor a = scaled_deviations(x, x.mean(0));
  const double mean_term = (x.mean(0) - mean).square().sum().item<double>();
  const double trace_x = a.square().sum().item<double>(), trace_y = covariance.trace().item<double>();
  const bool low_rank = x.size(0) <= x.size(1);
  const double nuclear = low_rank ? root_sum(at::linalg_eigvalsh(a.matmul(covariance).matmul(a.t())))
                                  : nuclear_symmetric(a.t().matmul(a), covariance);
  return assemble(mean_term, trace_x, trace_y, nuclear);
}

}  // namespace centigan
