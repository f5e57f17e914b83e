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

namespace centigan {

// Features [N,2048] of pictures of any sizes; neighbours of one size go through the network together. `watch` gets the
// number of pictures done so far; what it throws ends the work.
torch::Tensor features_of(FeatureExtractor& extractor, const std::vector<torch::Tensor>& pictures,
                          const std::function<void(int64_t done)>& watch);

// Recipe without metric and value.
Recipe recipe_of(const PictureSet& real, const PictureSet& fake, const FeatureExtractor& extractor, int64_t seed,
                 double psi);

// The line of metrics.jsonl.
JsonFields json_of(const Recipe& recipe, const PictureSet& real, const PictureSet& fake, const std::string& weights,
                   const std::string& device, double seconds);

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
