#include "centigan/metrics/nearest.h"

#include <ATen/ATen.h>

#include <limits>
#include <utility>
#include <vector>

#include "blocks.h"
#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

// Distances [b,n] of `rows` to `points`, infinite where there is a nearer point. `own` >= 0: row 0 is that point, and
// no row is its own neighbour.
at::Tensor least_distances(const at::Tensor& rows, const at::Tensor& points, int64_t own) {
  const RoughSquares rough = rough_squares(rows, points);
  if (own >= 0) rough.value.narrow(1, own, rows.size(0)).fill_diagonal_(std::numeric_limits<double>::infinity());
  const at::Tensor limit = std::get<0>(rough.value.min(1, true)) + 2 * rough.slack;
  return distances_where(rows, points, rough.value.le(limit));
}

// The lesser of plain and mirrored.
at::Tensor to_training(const at::Tensor& rows, const at::Tensor& train, const at::Tensor& flipped, int64_t own) {
  const at::Tensor d = least_distances(rows, train, own);
  return flipped.defined() ? at::minimum(d, least_distances(rows, flipped, own)) : d;
}

// Smallest distance of each row of `points`, and where. `own`: the points are the training pictures, none is its own
// neighbour.
std::pair<at::Tensor, at::Tensor> nearest_rows(const at::Tensor& points, const at::Tensor& train,
                                               const at::Tensor& flipped, bool own, RowCount& rows_done) {
  std::vector<at::Tensor> distances, indices;
  const int64_t step = distance_block(train.size(0));
  for (int64_t i = 0; i < points.size(0); i += step) {
    const at::Tensor rows = points.narrow(0, i, std::min(step, points.size(0) - i));
    const at::Tensor d = to_training(rows, train, flipped, own ? i : -1);
    const auto [least, where] = d.min(1);
    distances.push_back(least), indices.push_back(where);
    rows_done.add(rows.size(0));
  }
  return {at::cat(distances), at::cat(indices)};
}

}  // namespace

NearestTraining nearest_training(const torch::Tensor& train_in, const torch::Tensor& fakes_in,
                                 const torch::Tensor& flipped_in, const RowWatch& watch) {
  const at::Tensor train = usable_features(train_in, "training", 2);
  const at::Tensor fakes = usable_features(fakes_in, "fake", 1, train.size(1));
  at::Tensor flipped;
  if (flipped_in.defined()) flipped = usable_features(flipped_in, "flipped", train.size(0), train.size(1));
  NearestTraining nearest;
  RowCount rows(fakes.size(0) + train.size(0), watch);
  std::tie(nearest.distance, nearest.index) = nearest_rows(fakes, train, flipped, false, rows);
  nearest.own = nearest_rows(train, train, flipped, true, rows).first;
  nearest.covered = at::bincount(nearest.index).count_nonzero().item<int64_t>();
  return nearest;
}

torch::Tensor distance_to_training(const torch::Tensor& train_in, const torch::Tensor& others_in,
                                   const torch::Tensor& flipped_in) {
  const at::Tensor train = usable_features(train_in, "training", 2);
  const at::Tensor others = usable_features(others_in, "held-out", 1, train.size(1));
  RowCount rows(others.size(0), {});
  return nearest_rows(others, train, flipped_in, false, rows).first;
}

double copied_share(const NearestTraining& nearest, double q) {
  const at::Tensor limit = nearest.own.index_select(0, nearest.index) * q;
  return nearest.distance.le(limit).to(at::kDouble).mean().item<double>();
}

}  // namespace centigan
