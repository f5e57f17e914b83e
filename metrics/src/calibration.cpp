#include "centigan/metrics/calibration.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "centigan/metrics/features_check.h"
#include "centigan/metrics/frechet.h"
#include "named_uniform.h"

namespace centigan {
namespace {

constexpr int64_t kMostBlocks = 20;
constexpr double kNothing = 1e-9;

// A permutation and not a stride: a copier that cycles through its pictures would resonate with a stride.
std::vector<double> distances_of_blocks(const at::Tensor& fake, int64_t size, int64_t blocks) {
  const at::Tensor order = at::tensor(named_order("cal/perm", fake.size(0)));
  std::vector<double> distances;
  for (int64_t r = 0; r < blocks; ++r) {
    const at::Tensor rest = at::cat({order.narrow(0, 0, r * size), order.slice(0, (r + 1) * size)});
    const at::Tensor block = fake.index_select(0, order.narrow(0, r * size, size));
    distances.push_back(frechet_distance(block, fake.index_select(0, rest)).value);
  }
  return distances;
}

}  // namespace

std::string CalibratedRatio::flag() const {
  if (denominator <= kNothing) return "collapsed";
  return value < 0.7 ? "memorising?" : value > 1.5 ? "poor fit" : "";
}

CalibratedRatio calibrated_ratio(const torch::Tensor& real_in, const torch::Tensor& fake_in) {
  const at::Tensor real = usable_features(real_in, "real", 2);
  const at::Tensor fake = usable_features(fake_in, "fake", 2 * real.size(0), real.size(1));
  const int64_t blocks = std::min(fake.size(0) / real.size(0), kMostBlocks);
  const at::Tensor distances = at::tensor(distances_of_blocks(fake, real.size(0), blocks), at::kDouble);
  CalibratedRatio result{0, frechet_distance(real, fake).value, distances.mean().item<double>(), 0, blocks};
  result.deviation = blocks > 1 ? distances.std().item<double>() : std::numeric_limits<double>::quiet_NaN();
  const bool collapsed = result.denominator <= kNothing;
  result.value = collapsed ? std::numeric_limits<double>::infinity() : result.distance / result.denominator;
  return result;
}

}  // namespace centigan
