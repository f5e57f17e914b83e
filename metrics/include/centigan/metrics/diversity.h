// How different the pictures of one set are from each other.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace centigan {

using IndexPairs = std::vector<std::pair<int64_t, int64_t>>;

// Distances [pairs] of the pictures i and j of each pair: a network's, or rows of features.
using PairDistance = std::function<torch::Tensor(const IndexPairs& pairs)>;

// `pairs` random pairs of different pictures of `count` >= 2, chosen by (seed, pair).
IndexPairs random_pairs(int64_t count, int64_t pairs, uint64_t seed);

// Mean distance over those pairs.
double mean_pair_distance(int64_t count, const PairDistance& distance, int64_t pairs = 1000, uint64_t seed = 0);

// Each fake belongs to its nearest training picture; the mean over clusters of two and more of the mean distance
// within (of its first twelve pictures). Clusters without and with one fake are counted, not dropped in silence.
// `distance` is asked once for all.
struct ClusterDiversity {
  double mean;  // NaN if no cluster has two
  int64_t empty, single, used;
};
// The pairs that it asks for: a caller may find their distances together with others.
IndexPairs cluster_pairs(const torch::Tensor& nearest_index, int64_t training_pictures);
ClusterDiversity cluster_diversity(const torch::Tensor& nearest_index, int64_t training_pictures,
                                   const PairDistance& distance);

// Vendi score (Friedman and Dieng, 2023): exp of the entropy of the eigenvalues of the cosine matrix over n; between 1
// (all rows parallel) and n (all orthogonal). features [n,d], n >= 1.
double vendi_score(const torch::Tensor& features);

}  // namespace centigan
