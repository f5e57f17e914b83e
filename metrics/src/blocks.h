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

// The same between row i[p] of `a` and row j[p] of `b`, for each p.
std::vector<double> distances_of_pairs(const torch::Tensor& a, const std::vector<int64_t>& i, const torch::Tensor& b,
                                       const std::vector<int64_t>& j);

}  // namespace centigan
