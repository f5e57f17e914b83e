#include "centigan/metrics/prdc.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "blocks.h"
#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

// Distances [n] of each point to its k-th nearest other point of the set, for each k.
std::vector<at::Tensor> ball_radii(const at::Tensor& points, const std::vector<int64_t>& ks, RowCount& rows_done) {
  std::vector<at::Tensor> radii;
  for (size_t k = 0; k < ks.size(); ++k) radii.push_back(at::empty({points.size(0)}, at::kDouble));
  const int64_t step = distance_block(points.size(0)), most = *std::max_element(ks.begin(), ks.end());
  for (int64_t i = 0; i < points.size(0); i += step) {
    const int64_t count = std::min(step, points.size(0) - i);
    const at::Tensor rows = points.narrow(0, i, count);
    const RoughSquares rough = rough_squares(rows, points);
    rough.value.narrow(1, i, count).fill_diagonal_(std::numeric_limits<double>::infinity());
    const at::Tensor limit = std::get<0>(rough.value.kthvalue(most, 1, true)) + 2 * rough.slack;
    const at::Tensor within = distances_where(rows, points, rough.value.le(limit));
    for (size_t k = 0; k < ks.size(); ++k) radii[k].narrow(0, i, count).copy_(std::get<0>(within.kthvalue(ks[k], 1)));
    rows_done.add(count);
  }
  return radii;
}

double share(const at::Tensor& mask) {
  return mask.to(at::kDouble).mean().item<double>();
}

}  // namespace

Prdc prdc(const torch::Tensor& real_in, const torch::Tensor& fake_in, int64_t k, int64_t k_density,
          const RowWatch& watch) {
  const at::Tensor real = usable_features(real_in, "real", std::max(k, k_density) + 1);
  const at::Tensor fake = usable_features(fake_in, "fake", k + 1, real.size(1));
  RowCount rows(2 * real.size(0) + fake.size(0), watch);
  const auto radii = ball_radii(real, {k, k_density}, rows);
  const at::Tensor fake_radii = ball_radii(fake, {k}, rows)[0];
  at::Tensor precise = at::zeros({fake.size(0)}, at::kBool), holders = at::zeros({fake.size(0)}, at::kDouble);
  double recalled = 0, covered = 0;
  const int64_t step = distance_block(fake.size(0));
  for (int64_t i = 0; i < real.size(0); i += step) {
    const int64_t count = std::min(step, real.size(0) - i);
    const at::Tensor narrow = radii[0].narrow(0, i, count).unsqueeze(1);
    const at::Tensor wide = radii[1].narrow(0, i, count).unsqueeze(1);
    const at::Tensor across =
        comparable_distances(real.narrow(0, i, count), fake, {narrow, wide, fake_radii.unsqueeze(0)});
    precise.logical_or_(across.le(narrow).any(0));
    holders += across.le(wide).sum(0);
    recalled += across.le(fake_radii.unsqueeze(0)).any(1).sum().item<double>();
    covered += std::get<0>(across.min(1, true)).le(wide).sum().item<double>();
    rows.add(count);
  }
  const double n = static_cast<double>(real.size(0));
  return {share(precise), recalled / n, holders.mean().item<double>() / static_cast<double>(k_density), covered / n};
}

}  // namespace centigan
