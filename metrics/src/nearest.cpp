#include "centigan/metrics/nearest.h"

#include <ATen/ATen.h>

#include <limits>

#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

constexpr int64_t kDirectDistances = 2;  // mode of cdist that never goes through |a|^2 + |b|^2 - 2ab

// Distances [n,n] between training pictures, the lesser of plain and flipped, infinite to oneself.
at::Tensor distances_within(const at::Tensor& train, const at::Tensor& flipped) {
  at::Tensor d = at::cdist(train, train, 2.0, kDirectDistances);
  if (flipped.defined()) d = at::minimum(d, at::cdist(train, flipped, 2.0, kDirectDistances));
  d.fill_diagonal_(std::numeric_limits<double>::infinity());
  return d;
}

}  // namespace

NearestTraining nearest_training(const torch::Tensor& train_in, const torch::Tensor& fakes_in,
                                 const torch::Tensor& flipped_in) {
  const at::Tensor train = checked_features(train_in, "training", 2);
  const at::Tensor fakes = checked_features(fakes_in, "fake", 1, train.size(1));
  at::Tensor flipped;
  if (flipped_in.defined()) flipped = checked_features(flipped_in, "flipped", train.size(0), train.size(1));
  at::Tensor d = at::cdist(fakes, train, 2.0, kDirectDistances);
  if (flipped.defined()) d = at::minimum(d, at::cdist(fakes, flipped, 2.0, kDirectDistances));
  NearestTraining nearest;
  std::tie(nearest.distance, nearest.index) = d.min(1);
  nearest.own = std::get<0>(distances_within(train, flipped).min(1));
  nearest.covered = at::bincount(nearest.index).count_nonzero().item<int64_t>();
  return nearest;
}

double copied_share(const NearestTraining& nearest, double q) {
  const at::Tensor limit = nearest.own.index_select(0, nearest.index) * q;
  return nearest.distance.le(limit).to(at::kDouble).mean().item<double>();
}

}  // namespace centigan
