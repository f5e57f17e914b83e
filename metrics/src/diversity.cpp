#include "centigan/metrics/diversity.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

#include "blocks.h"
#include "centigan/core/random.h"
#include "centigan/metrics/features_check.h"

namespace centigan {
namespace {

constexpr size_t kPairsOfACluster = 66;

// All pairs of the first members, so that few pictures have many pairs.
IndexPairs pairs_within(const std::vector<int64_t>& members) {
  IndexPairs pairs;
  for (size_t j = 1; j < members.size(); ++j)
    for (size_t i = 0; i < j && pairs.size() < kPairsOfACluster; ++i) pairs.emplace_back(members[i], members[j]);
  return pairs;
}

std::vector<std::vector<int64_t>> clusters_of(const at::Tensor& nearest, int64_t count) {
  std::vector<std::vector<int64_t>> clusters(static_cast<size_t>(count));
  const auto index = nearest.accessor<int64_t, 1>();
  for (int64_t i = 0; i < index.size(0); ++i) clusters[static_cast<size_t>(index[i])].push_back(i);
  return clusters;
}

at::Tensor unit_rows(const at::Tensor& rows) {
  return rows / rows.norm(2, {1}, true).clamp_min(1e-300);
}

}  // namespace

IndexPairs random_pairs(int64_t count, int64_t pairs, uint64_t seed) {
  const RandomStream stream(seed, "diversity/pairs");
  IndexPairs chosen;
  for (int64_t p = 0; p < pairs; ++p) {
    const int64_t i = stream.integer(2 * p, count), j = stream.integer(2 * p + 1, count - 1);
    chosen.emplace_back(i, j < i ? j : j + 1);
  }
  return chosen;
}

double mean_pair_distance(int64_t count, const PairDistance& distance, int64_t pairs, uint64_t seed) {
  return distance(random_pairs(count, pairs, seed)).to(at::kDouble).mean().item<double>();
}

IndexPairs cluster_pairs(const torch::Tensor& nearest_index, int64_t training_pictures) {
  IndexPairs pairs;
  for (const auto& members : clusters_of(nearest_index, training_pictures)) {
    const IndexPairs within = pairs_within(members);
    pairs.insert(pairs.end(), within.begin(), within.end());
  }
  return pairs;
}

ClusterDiversity cluster_diversity(const torch::Tensor& nearest_index, int64_t training_pictures,
                                   const PairDistance& distance) {
  ClusterDiversity result{std::numeric_limits<double>::quiet_NaN(), 0, 0, 0};
  std::vector<int64_t> sizes;
  for (const auto& members : clusters_of(nearest_index, training_pictures)) {
    result.empty += members.empty(), result.single += members.size() == 1;
    if (members.size() > 1) sizes.push_back(static_cast<int64_t>(pairs_within(members).size()));
  }
  result.used = static_cast<int64_t>(sizes.size());
  if (result.used == 0) return result;
  double sum = 0;
  const at::Tensor distances = distance(cluster_pairs(nearest_index, training_pictures)).to(at::kDouble);
  for (const at::Tensor& cluster : distances.split_with_sizes(sizes)) sum += cluster.mean().item<double>();
  result.mean = sum / static_cast<double>(result.used);
  return result;
}

double vendi_score(const torch::Tensor& features) {
  const at::Tensor x = usable_features(features, "fake", 1);
  const bool wide = x.size(0) <= x.size(1);  // both Gram matrices have the same eigenvalues but for zeros
  at::Tensor gram;
  if (wide) {
    const at::Tensor rows = unit_rows(x.to(at::kDouble));
    gram = rows.matmul(rows.t());
  } else {
    gram = at::zeros({x.size(1), x.size(1)}, at::kDouble);
    for (int64_t i = 0; i < x.size(0); i += kBlockRows) {
      const at::Tensor rows = unit_rows(block_of(x, i));
      gram.addmm_(rows.t(), rows);
    }
  }
  const at::Tensor shares = (at::linalg_eigvalsh(gram) / static_cast<double>(x.size(0))).clamp_min(0);
  return std::exp(-at::xlogy(shares, shares).sum().item<double>());
}

}  // namespace centigan
