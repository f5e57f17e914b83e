// Perceptual path length (Karras et al., 2019): how fast pictures change along short steps in the latent space.
#pragma once
#include <torch/types.h>

#include <functional>

namespace centigan {

inline constexpr double kPathStep = 1e-4;

// d_i = distance(G(w0), G(w0 + (w1 - w0) eps)) / eps^2 for rows of w0, w1 [N,…]. `synthesis` must draw the same noise
// for the same row; pictures are not rounded (rounding makes the number wrong by a factor of 30). float64 [N].
torch::Tensor path_distances(const std::function<torch::Tensor(const torch::Tensor& w)>& synthesis,
                             const std::function<torch::Tensor(const torch::Tensor&, const torch::Tensor&)>& distance,
                             const torch::Tensor& w0, const torch::Tensor& w1, double eps = kPathStep);

struct PathLength {
  double value, untrimmed;
  int64_t kept;
  double low, high;  // of those kept
};

// Mean without the lowest and highest percent: values from element floor(0.01 (N-1)) to element ceil(0.99 (N-1)) of the
// sorted ones, ends included. Fewer than 100, or a non-finite one: Error.
PathLength path_length(const torch::Tensor& distances);

}  // namespace centigan
