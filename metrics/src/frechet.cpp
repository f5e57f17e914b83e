#include "centigan/metrics/frechet.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "blocks.h"
#include "centigan/core/error.h"
#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

// Rows of one block minus the mean, over sqrt(n-1): the Gram matrix of all is the covariance.
at::Tensor scaled_block(const at::Tensor& x, const at::Tensor& mean, int64_t first) {
  return (block_of(x, first) - mean).div_(std::sqrt(static_cast<double>(x.size(0) - 1)));
}

at::Tensor scaled_deviations(const at::Tensor& x, const at::Tensor& mean) {
  return (x.to(at::kDouble) - mean).div_(std::sqrt(static_cast<double>(x.size(0) - 1)));
}

double trace_of(const at::Tensor& x, const at::Tensor& mean) {
  double trace = 0;
  for (int64_t i = 0; i < x.size(0); i += kBlockRows) trace += scaled_block(x, mean, i).square_().sum().item<double>();
  return trace;
}

double root_sum(const at::Tensor& eigenvalues) {
  return eigenvalues.clamp_min(0).sqrt().sum().item<double>();
}

// Tr (S_x S_y)^1/2 as the nuclear norm of A B'. The small factor of a QR has the same singular values, and rows may
// come piece by piece: the factor so far stands for all rows before.
double nuclear_low_rank(const at::Tensor& x, const at::Tensor& mean_x, const at::Tensor& y, const at::Tensor& mean_y) {
  if (x.size(0) > y.size(0)) return nuclear_low_rank(y, mean_y, x, mean_x);
  const at::Tensor a = scaled_deviations(x, mean_x).t();
  at::Tensor factor = at::empty({0, x.size(0)}, at::kDouble);
  for (int64_t i = 0; i < y.size(0); i += kBlockRows) {
    const at::Tensor rows = at::cat({factor, scaled_block(y, mean_y, i).matmul(a)});
    factor = std::get<1>(at::linalg_qr(rows, "r"));
  }
  return at::linalg_svdvals(factor).sum().item<double>();
}

// Eigenvalues that rounding makes of nothing: their roots would add up where a set fills only some dimensions.
at::Tensor above_rounding(const at::Tensor& values) {
  const double eps = std::numeric_limits<double>::epsilon() * static_cast<double>(values.size(0));
  return values.gt(eps * values.abs().max());
}

// In the dimensions that x fills.
double nuclear_symmetric(const at::Tensor& covariance_x, const at::Tensor& covariance_y) {
  const auto [values, vectors] = at::linalg_eigh(covariance_x);
  const at::Tensor filled = above_rounding(values).nonzero().flatten();
  if (filled.numel() == 0) return 0;
  const at::Tensor half = vectors.index_select(1, filled) * values.index_select(0, filled).sqrt();
  const at::Tensor products = at::linalg_eigvalsh(half.t().matmul(covariance_y).matmul(half));
  return root_sum(products * above_rounding(products));
}

at::Tensor covariance_of(const at::Tensor& x, const at::Tensor& mean) {
  at::Tensor sum = at::zeros({x.size(1), x.size(1)}, at::kDouble);
  for (int64_t i = 0; i < x.size(0); i += kBlockRows) {
    const at::Tensor rows = scaled_block(x, mean, i);
    sum.addmm_(rows.t(), rows);
  }
  return sum;
}

FeatureMoments checked_moments(const FeatureMoments& moments, int64_t width) {
  const at::Tensor mean = checked_features(moments.mean.reshape({1, -1}), "mean", 1, width);
  return {mean[0], checked_features(moments.covariance, "covariance", mean.size(1), mean.size(1))};
}

constexpr double kExact = 1e-9, kSymmetric = 1e-6;  // of the traces: how far forms may be off

FrechetParts assemble(double mean_term, double trace_x, double trace_y, double nuclear, double precision = kExact) {
  double value = mean_term + trace_x + trace_y - 2 * nuclear;
  const double rounding = precision * (trace_x + trace_y) + 1e-9;
  if (!(value >= -rounding)) {
    fail("metrics", "Fréchet distance", "came out as " + std::to_string(value) + ", below zero",
         "check that the covariance is symmetric and positive; if it is, report this as a bug");
  }
  if (value < 0) value = 0;
  return {value, mean_term, trace_x, trace_y, nuclear};
}

}  // namespace

FeatureMoments feature_moments(const torch::Tensor& features) {
  const at::Tensor x = usable_features(features, "statistics", 2);
  const at::Tensor mean = mean_row(x);
  return {mean, covariance_of(x, mean)};
}

FrechetParts frechet_distance(const torch::Tensor& x_in, const torch::Tensor& y_in) {
  const at::Tensor x = usable_features(x_in, "real", 2);
  const at::Tensor y = usable_features(y_in, "fake", 2, x.size(1));
  const at::Tensor mean_x = mean_row(x), mean_y = mean_row(y);
  const double trace_x = trace_of(x, mean_x), trace_y = trace_of(y, mean_y);
  const double mean_term = (mean_x - mean_y).square().sum().item<double>();
  if (x.scalar_type() == y.scalar_type() && at::equal(x, y)) return assemble(0, trace_x, trace_x, trace_x);
  if (std::min(x.size(0), y.size(0)) <= x.size(1))
    return assemble(mean_term, trace_x, trace_y, nuclear_low_rank(x, mean_x, y, mean_y));
  const double nuclear = nuclear_symmetric(covariance_of(x, mean_x), covariance_of(y, mean_y));
  return assemble(mean_term, trace_x, trace_y, nuclear, kSymmetric);
}

FrechetParts frechet_distance(const torch::Tensor& x_in, const torch::Tensor& mean_in,
                              const torch::Tensor& covariance_in) {
  const at::Tensor x = usable_features(x_in, "real", 2);
  const FeatureMoments y = checked_moments({mean_in, covariance_in}, x.size(1));
  const at::Tensor mean_x = mean_row(x);
  const double mean_term = (mean_x - y.mean).square().sum().item<double>();
  const double trace_y = y.covariance.trace().item<double>();
  const bool low_rank = x.size(0) <= x.size(1);
  const at::Tensor a = low_rank ? scaled_deviations(x, mean_x) : at::Tensor();
  const double nuclear = low_rank ? root_sum(at::linalg_eigvalsh(a.matmul(y.covariance).matmul(a.t())))
                                  : nuclear_symmetric(covariance_of(x, mean_x), y.covariance);
  return assemble(mean_term, trace_of(x, mean_x), trace_y, nuclear, low_rank ? kExact : kSymmetric);
}

FrechetParts frechet_distance(const FeatureMoments& x_in, const FeatureMoments& y_in) {
  const FeatureMoments x = checked_moments(x_in, 0), y = checked_moments(y_in, x.mean.size(0));
  const double mean_term = (x.mean - y.mean).square().sum().item<double>();
  const double trace_x = x.covariance.trace().item<double>(), trace_y = y.covariance.trace().item<double>();
  const bool equal = at::equal(x.covariance, y.covariance);
  const double nuclear = equal ? trace_x : nuclear_symmetric(x.covariance, y.covariance);
  return assemble(mean_term, trace_x, trace_y, nuclear, kSymmetric);
}

}  // namespace centigan
