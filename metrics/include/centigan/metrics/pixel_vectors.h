// Pictures as vectors of their pixels at 32x32, and pairs of a set that are nearly the same picture.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "centigan/data/dataset.h"

namespace centigan {

// uint8 [N,C,H,W] -> float32 [N, C*32*32]: means of areas over 255 (smaller pictures are repeated).
torch::Tensor pixel_vectors(const torch::Tensor& pictures, bool mirrored = false);
// Of a data set, picture by picture, mirrored ones if asked for.
torch::Tensor pixel_vectors(const Dataset& dataset, bool mirrored = false);

struct PicturePair {
  int64_t first, second;
  double difference;  // root mean square of the pixels' differences, 1 between black and white
  bool mirrored;      // one of them is compared as in a mirror
};

// Pairs of different pictures that differ by at most `limit`, the nearest first, at most `most`. vectors [n,d],
// `flipped` [n,d] the same of the mirrored pictures or undefined. Reads n^2 distances: for sets of thousands at most.
std::vector<PicturePair> near_duplicates(const torch::Tensor& vectors, const torch::Tensor& flipped,
                                         double limit = 0.02, size_t most = 1000);

}  // namespace centigan
