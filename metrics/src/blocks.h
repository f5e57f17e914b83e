// Large sets of features in pieces, so that 50,000 pictures need little more memory than their float32 features.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace centigan {

inline constexpr int64_t kBlockRows = 2048;

// Rows first … first+kBlockRows-1 (fewer at the end) in float64.
torch::Tensor block_of(const torch::Tensor& x, int64_t first);

// Mean row, float64 [d].
torch::Tensor mean_row(const torch::Tensor& x);

// Euclidean distances of `rows` [b,d] to all `points` [n,d], float64 [b,n]: roots of sums of squared differences, never
// through |a|^2 + |b|^2 - 2ab, so that equal points have distance 0.
torch::Tensor distance_rows(const torch::Tensor& rows, const torch::Tensor& points);

// Squared distances of `rows` [b,d] to all `points` [n,d] by a product of matrices, 20 times as fast: each within
// `slack` of the one by differences. They tell which distances may matter; those are then found by differences, so that
// no result depends on how.
struct RoughSquares {
  torch::Tensor value;  // float64 [b,n]
  double slack;
};
RoughSquares rough_squares(const torch::Tensor& rows, const torch::Tensor& points);

// What distance_rows gives where `wanted` bool [b,n] is true, infinity elsewhere.
torch::Tensor distances_where(const torch::Tensor& rows, const torch::Tensor& points, const torch::Tensor& wanted);

// Distances [b,n] that compare with each of `limits` (to be broadcast to [b,n]) as those of distance_rows do.
torch::Tensor comparable_distances(const torch::Tensor& rows, const torch::Tensor& points,
                                   const std::vector<torch::Tensor>& limits);

// Rows a piece of work may have where each needs a distance to `points` others: about 64 MB of distances.
int64_t distance_block(int64_t points);

}  // namespace centigan
