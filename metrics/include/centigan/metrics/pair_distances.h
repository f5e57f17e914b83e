// Perceptual distances of many pairs of pictures of one set.
#pragma once
#include <torch/types.h>

#include <functional>

#include "centigan/metrics/diversity.h"
#include "centigan/metrics/extractor.h"

namespace centigan {

// uint8 [C,H,W] of a place; asked for from one thread.
using PictureAt = std::function<torch::Tensor(int64_t place)>;

// float64 [pairs], in their order. Pairs are worked through in another one, in which nearly each picture's maps are found
// once; `held_bytes` of maps are kept between pieces of work. `watch` gets the number of pairs done; what it throws ends
// the work. Pictures of different sizes through a network that takes them as they come: Error.
torch::Tensor pair_distances(const FeatureExtractor& extractor, const IndexPairs& pairs, const PictureAt& picture,
                             const std::function<void(int64_t done)>& watch, int64_t held_bytes = 384 << 20);

// float64 [N] between the rows of two batches [N,3,H,W], values 0…255 of any type, not rounded.
torch::Tensor row_distances(const FeatureExtractor& extractor, const torch::Tensor& a, const torch::Tensor& b);

}  // namespace centigan
