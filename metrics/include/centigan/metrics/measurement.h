// From two sets of pictures to one number with its recipe: what a training run measures of itself.
#pragma once
#include <torch/types.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "centigan/core/log.h"
#include "centigan/metrics/extractor.h"
#include "centigan/metrics/picture_set.h"
#include "centigan/metrics/recipe.h"
#include "centigan/metrics/row_watch.h"

namespace centigan {

// Features [N,2048] of pictures of any sizes; neighbours of one size go through the network together. `watch` gets the
// number of pictures done so far; what it throws ends the work.
torch::Tensor features_of(FeatureExtractor& extractor, const std::vector<torch::Tensor>& pictures,
                          const std::function<void(int64_t done)>& watch);

// Recipe without metric and value, of two sets such as PictureSet.
template <class Set>
Recipe recipe_of(const Set& real, const Set& fake, const FeatureExtractor& extractor, int64_t seed, double psi) {
  Recipe recipe;
  recipe.extractor = extractor.name(), recipe.resize = extractor.resize_rule();
  recipe.hash = extractor.weights_hash().substr(0, 8);
  recipe.real_count = real.count(), recipe.fake_count = fake.count();
  recipe.real_source = real.source, recipe.fake_source = fake.source;
  recipe.resolution = real.resolution;
  recipe.seed = seed, recipe.psi = psi;
  return recipe;
}

// The line of metrics.jsonl: metric and value first. `reals` and `fakes` are fingerprints, `weights` a hash.
JsonFields json_of(const Recipe& recipe, const std::string& reals, const std::string& fakes, const std::string& weights,
                   const std::string& device, double seconds);

// Precision, recall, density and coverage by their names in recipes, with the published numbers of neighbours.
std::vector<std::pair<std::string, double>> manifold_numbers(const torch::Tensor& real, const torch::Tensor& fake,
                                                             const RowWatch& watch = {});

// A number between features, by the word of trainer.metric: fid, kid, precision, recall, density, coverage.
struct MetricKind {
  std::string word;
  bool higher_is_better;
};
const std::vector<MetricKind>& metric_kinds();
// -> its name in recipes ("FID", "precision(k=3)") and its value. Another word: std::out_of_range.
std::pair<std::string, double> measured_number(const std::string& word, const torch::Tensor& real,
                                               const torch::Tensor& fake, const std::string& extractor);

}  // namespace centigan
