#include "centigan/metrics/nearest.h"

#include <ATen/ATen.h>

#include <tuple>
#include <utility>

#include "centigan/metrics/features_check.h"
#include "neighbours.h"

namespace centigan {
namespace {

// Smallest distance of each row of `points`, and where, equal ones at the lowest place. `own`: the points are the
// training pictures, none is its own neighbour, nor is its mirror.
std::pair<at::Tensor, at::Tensor> nearest_rows(const RoughSpace& space, const at::Tensor& points,
                                               const at::Tensor& train, const at::Tensor& flipped, bool own,
                                               RowCount& rows_done) {
  const Neighbours plain = neighbours(space, points, train, 1, own ? Apart::kItself : Apart::kNobody, rows_done);
  const at::Tensor distance = plain.distance.select(1, 0), index = plain.index.select(1, 0);
  if (!flipped.defined()) return {distance, index};
  const Neighbours mirrored = neighbours(space, points, flipped, 1, own ? Apart::kTwin : Apart::kNobody, rows_done);
  const at::Tensor other = mirrored.distance.select(1, 0), other_index = mirrored.index.select(1, 0);
  const at::Tensor better = other.lt(distance).logical_or_(other.eq(distance).logical_and_(other_index.lt(index)));
  return {at::where(better, other, distance), at::where(better, other_index, index)};
}

// Mirrored pictures are looked through once more.
int64_t rows_compared(int64_t rows, const at::Tensor& flipped) {
  return flipped.defined() ? 2 * rows : rows;
}

}  // namespace

NearestTraining nearest_training(const torch::Tensor& train_in, const torch::Tensor& fakes_in,
                                 const torch::Tensor& flipped_in, const RowWatch& watch) {
  const at::Tensor train = usable_features(train_in, "training", 2);
  const at::Tensor fakes = usable_features(fakes_in, "fake", 1, train.size(1));
  at::Tensor flipped;
  if (flipped_in.defined()) flipped = usable_features(flipped_in, "flipped", train.size(0), train.size(1));
  NearestTraining nearest;
  RowCount rows(rows_compared(fakes.size(0) + train.size(0), flipped), watch);
  const RoughSpace space = rough_space(train, fakes);
  std::tie(nearest.distance, nearest.index) = nearest_rows(space, fakes, train, flipped, false, rows);
  nearest.own = nearest_rows(space, train, train, flipped, true, rows).first;
  nearest.covered = at::bincount(nearest.index).count_nonzero().item<int64_t>();
  return nearest;
}

torch::Tensor distance_to_training(const torch::Tensor& train_in, const torch::Tensor& others_in,
                                   const torch::Tensor& flipped_in) {
  const at::Tensor train = usable_features(train_in, "training", 2);
  const at::Tensor others = usable_features(others_in, "held-out", 1, train.size(1));
  RowCount rows(rows_compared(others.size(0), flipped_in), {});
  return nearest_rows(rough_space(train, others), others, train, flipped_in, false, rows).first;
}

double copied_share(const NearestTraining& nearest, double q) {
  const at::Tensor limit = nearest.own.index_select(0, nearest.index) * q;
  return nearest.distance.le(limit).to(at::kDouble).mean().item<double>();
}

}  // namespace centigan
