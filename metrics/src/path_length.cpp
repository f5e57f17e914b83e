#include "centigan/metrics/path_length.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

constexpr int64_t kLeastPairs = 100;

}  // namespace

torch::Tensor path_distances(const std::function<torch::Tensor(const torch::Tensor& w)>& synthesis,
                             const std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&)>& distance,
                             const torch::Tensor& w0, const torch::Tensor& w1, double eps) {
  const at::NoGradGuard no_grad;
  return distance(synthesis(w0), synthesis(w0 + (w1 - w0) * eps)).to(at::kCPU, at::kDouble) / (eps * eps);
}

PathLength path_length(const torch::Tensor& distances) {
  const at::Tensor sorted =
      std::get<0>(checked_features(distances.reshape({-1, 1}), "path length", kLeastPairs).flatten().sort());
  const double last = static_cast<double>(sorted.size(0) - 1);
  PathLength result{};
  result.low = sorted[static_cast<int64_t>(std::floor(0.01 * last))].item<double>();
  result.high = sorted[static_cast<int64_t>(std::ceil(0.99 * last))].item<double>();
  const at::Tensor kept = sorted.masked_select(sorted.ge(result.low).logical_and(sorted.le(result.high)));
  result.value = kept.mean().item<double>(), result.untrimmed = sorted.mean().item<double>();
  result.kept = kept.size(0);
  return result;
}

}  // namespace centigan
