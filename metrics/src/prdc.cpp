#include "centigan/metrics/prdc.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>

#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

constexpr int64_t kDirectCdist = 2;  // sums of squared differences, so that equal points have distance 0

at::Tensor pair_distances(const at::Tensor& a, const at::Tensor& b) {
  return at::cdist(a, b, 2.0, kDirectCdist);
}

// Distance of each point to the k-th nearest other point of its set: [n].
at::Tensor ball_radii(const at::Tensor& within, int64_t k) {
  return std::get<0>(within.kthvalue(k, 1));
}

at::Tensor without_self(const at::Tensor& points) {
  return pair_distances(points, points).fill_diagonal_(std::numeric_limits<double>::infinity());
}

double share(const at::Tensor& mask) {
  return mask.to(at::kDouble).mean().item<double>();
}

}  // namespace

Prdc prdc(const torch::Tensor& real_in, const torch::Tensor& fake_in, int64_t k, int64_t k_density) {
  const at::Tensor real = checked_features(real_in, "real", std::max(k, k_density) + 1);
  const at::Tensor fake = checked_features(fake_in, "fake", k + 1, real.size(1));
  const at::Tensor within = without_self(real), across = pair_distances(real, fake);
  const at::Tensor in_real = across.le(ball_radii(within, k).unsqueeze(1));
  const at::Tensor in_fake = across.le(ball_radii(without_self(fake), k).unsqueeze(0));
  const at::Tensor wide = ball_radii(within, k_density).unsqueeze(1);
  Prdc result;
  result.precision = share(in_real.any(0));
  result.recall = share(in_fake.any(1));
  result.density = across.le(wide).sum(0).to(at::kDouble).mean().item<double>() / static_cast<double>(k_density);
  result.coverage = share(std::get<0>(across.min(1)).le(wide.squeeze(1)));
  return result;
}

}  // namespace centigan
