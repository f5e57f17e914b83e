#include "centigan/metrics/pixel_vectors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

constexpr int64_t kSide = 32;

double root_mean_square(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).square().mean().sqrt().item<double>();
}

// Products of matrices find the few that may be near, a sum of differences decides: products lose small distances.
void add_pairs(const at::Tensor& a, const at::Tensor& b, double limit, bool mirrored, size_t most,
               std::vector<PicturePair>& pairs) {
  const double width = static_cast<double>(a.size(1)), reach = width * std::pow(1.5 * limit, 2) + 1e-4 * width;
  const at::Tensor norms = a.square().sum(1);
  const at::Tensor squares = norms.unsqueeze(1) + b.square().sum(1) - 2 * at::mm(a, b.t());
  const at::Tensor near = squares.le(reach).nonzero();
  for (int64_t i = 0; i < near.size(0) && pairs.size() < most; ++i) {
    const int64_t first = near[i][0].item<int64_t>(), second = near[i][1].item<int64_t>();
    const double difference = first < second ? root_mean_square(a[first], b[second]) : limit + 1;
    if (difference <= limit) pairs.push_back({first, second, difference, mirrored});
  }
}

bool before(const PicturePair& a, const PicturePair& b) {
  return std::tie(a.difference, a.first, a.second, a.mirrored) < std::tie(b.difference, b.first, b.second, b.mirrored);
}

}  // namespace

torch::Tensor pixel_vectors(const torch::Tensor& pictures, bool mirrored) {
  at::Tensor x = pictures.to(at::kFloat) / 255;
  if (mirrored) x = x.flip({3});
  x = at::adaptive_avg_pool2d(x, {kSide, kSide});
  return x.flatten(1).contiguous();
}

torch::Tensor pixel_vectors(const Dataset& dataset, bool mirrored) {
  std::vector<at::Tensor> rows;
  for (int64_t i = 0; i < dataset.size(); ++i) rows.push_back(pixel_vectors(dataset.image(i).unsqueeze(0), mirrored));
  return at::cat(rows);
}

std::vector<PicturePair> near_duplicates(const torch::Tensor& vectors, const torch::Tensor& flipped, double limit,
                                         size_t most) {
  std::vector<PicturePair> pairs;
  const at::Tensor plain = usable_features(vectors, "training", 1);
  add_pairs(plain, plain, limit, false, 2 * most, pairs);
  if (flipped.defined())
    add_pairs(plain, usable_features(flipped, "mirrored", 1, plain.size(1)), limit, true, 4 * most, pairs);
  std::sort(pairs.begin(), pairs.end(), before);
  // A symmetric picture is near its copy either way; it is one pair.
  std::vector<PicturePair> different;
  for (const PicturePair& pair : pairs) {
    const bool known = std::any_of(different.begin(), different.end(), [&](const PicturePair& other) {
      return other.first == pair.first && other.second == pair.second;
    });
    if (!known && different.size() < most) different.push_back(pair);
  }
  return different;
}

}  // namespace centigan
