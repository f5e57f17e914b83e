#include "centigan/metrics/memorisation.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/error.h"
#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

constexpr int64_t kLeastHeldOut = 5;

at::Tensor plain_values(const at::Tensor& values, const std::string& side, int64_t least) {
  return checked_features(values.reshape({-1, 1}), side, least).flatten();
}

// Sum of c^3 - c over groups of equal values.
double tie_sum(const at::Tensor& values) {
  const at::Tensor c = std::get<2>(at::unique_consecutive(std::get<0>(values.sort()), false, true)).to(at::kDouble);
  return (c.pow(3) - c).sum().item<double>();
}

// Pairs (a, b) with a > b, and half of those with a = b, from positions in the sorted b.
double pairs_above(const at::Tensor& a, const at::Tensor& b) {
  const at::Tensor sorted = std::get<0>(b.sort());
  const at::Tensor below = at::searchsorted(sorted, a, false, false), up_to = at::searchsorted(sorted, a, false, true);
  return (below + up_to).to(at::kDouble).sum().item<double>() / 2;
}

double mean_of(const at::Tensor& values, const std::string& side) {
  return plain_values(values, side, 1).mean().item<double>();
}

}  // namespace

RankTest rank_test(const torch::Tensor& fake_distance, const torch::Tensor& held_out_distance) {
  const at::Tensor d = plain_values(fake_distance, "fake distances", 1);
  const at::Tensor h = plain_values(held_out_distance, "held-out distances", 1);
  const double m = static_cast<double>(d.size(0)), n = static_cast<double>(h.size(0)), all = m + n;
  RankTest result{pairs_above(d, h), {}};
  const double variance = m * n / 12 * ((all + 1) - tie_sum(at::cat({d, h})) / (all * (all - 1)));
  const bool enough = h.size(0) >= kLeastHeldOut;
  if (enough && variance > 0) result.z = (result.u - m * n / 2) / std::sqrt(variance);
  return result;
}

double interpolation_jump(const torch::Tensor& steps_in) {
  const at::Tensor steps = checked_features(steps_in, "steps of interpolation", 1);
  const at::Tensor sum = steps.sum(1), greatest = std::get<0>(steps.max(1));
  const at::Tensor jump = at::where(sum.gt(0), greatest * static_cast<double>(steps.size(1)) / sum, at::ones_like(sum));
  return jump.quantile(0.5).item<double>();
}

std::optional<double> discriminator_gap(const torch::Tensor& train, const torch::Tensor& held_out,
                                        const torch::Tensor& fake) {
  const double on_train = mean_of(train, "D on training");
  const double range = on_train - mean_of(fake, "D on fake");
  if (!(range > 0)) return {};
  return (on_train - mean_of(held_out, "D on held-out")) / range;
}

}  // namespace centigan
