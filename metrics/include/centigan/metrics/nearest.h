// Nearest training pictures of generated ones in a feature space: coverage of the training set and copying.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "centigan/metrics/row_watch.h"

namespace centigan {

struct NearestTraining {
  torch::Tensor index;     // int64 [m]: nearest training picture of each fake
  torch::Tensor distance;  // float64 [m]: its distance
  torch::Tensor own;       // float64 [n]: distance of each training picture to its nearest other one
  int64_t covered = 0;     // distinct training pictures that are some fake's nearest
};

// train [n,d], fakes [m,d] features, n >= 2, m >= 1. Distances are square roots of sums of squared differences in
// float64. `flipped` [n,d], where given, are features of the mirrored training pictures: further candidates that count
// as their originals; a picture's own mirror image is not its nearest other. Bad features: Error.
NearestTraining nearest_training(const torch::Tensor& train, const torch::Tensor& fakes,
                                 const torch::Tensor& flipped = {}, const RowWatch& watch = {});

// Distances float64 [k] of other pictures, such as held-out ones, to their nearest training pictures.
torch::Tensor distance_to_training(const torch::Tensor& train, const torch::Tensor& others,
                                   const torch::Tensor& flipped = {});

// A(q): share of fakes that lie within q times the distance that their nearest training picture keeps from its own
// nearest neighbour. A(0.5) is the share of near duplicates, 1 - A(1) the authenticity of Alaa et al. (2022).
double copied_share(const NearestTraining& nearest, double q);

}  // namespace centigan
