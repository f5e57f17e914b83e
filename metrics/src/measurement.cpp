#include "centigan/metrics/measurement.h"

#include <ATen/ATen.h>

#include <stdexcept>

#include "centigan/core/device.h"
#include "centigan/metrics/frechet.h"
#include "centigan/metrics/kid.h"
#include "centigan/metrics/prdc.h"

namespace centigan {
namespace {

constexpr int64_t kPrecisionK = 3, kDensityK = 5;

}  // namespace

at::Tensor features_of(FeatureExtractor& extractor, const std::vector<at::Tensor>& pictures,
                       const std::function<void(int64_t done)>& watch) {
  const size_t most = 16 * static_cast<size_t>(hardware_threads());  // the extractor shares a batch between cores
  std::vector<at::Tensor> parts;
  for (size_t first = 0; first < pictures.size();) {
    std::vector<at::Tensor> batch;
    while (first < pictures.size() && batch.size() < most &&
           pictures[first].sizes() == pictures[first - batch.size()].sizes())
      batch.push_back(pictures[first++]);
    parts.push_back(extractor.features(at::stack(batch)));
    watch(static_cast<int64_t>(first));
  }
  return at::cat(parts);
}

JsonFields json_of(const Recipe& recipe, const std::string& reals, const std::string& fakes, const std::string& weights,
                   const std::string& device, double seconds) {
  return {{"metric", metric_key(recipe.metric)},
          {"value", recipe.value},
          {"recipe", recipe_text(recipe)},
          {"weights", weights},
          {"reals", reals},
          {"fakes", fakes},
          {"version", build_info().version},
          {"torch", build_info().torch},
          {"device", device},
          {"seconds", seconds}};
}

std::vector<std::pair<std::string, double>> manifold_numbers(const at::Tensor& real, const at::Tensor& fake,
                                                             const RowWatch& watch) {
  const Prdc values = prdc(real, fake, kPrecisionK, kDensityK, watch);
  return {{"precision(k=3)", values.precision},
          {"recall(k=3)", values.recall},
          {"density(k=5)", values.density},
          {"coverage(k=5)", values.coverage}};
}

const std::vector<MetricKind>& metric_kinds() {
  static const std::vector<MetricKind> kinds = {{"fid", false},   {"kid", false},    {"precision", true},
                                                {"recall", true}, {"density", true}, {"coverage", true}};
  return kinds;
}

std::pair<std::string, double> measured_number(const std::string& word, const at::Tensor& real, const at::Tensor& fake,
                                               const std::string& extractor) {
  const std::string label = frechet_label(extractor);
  if (word == "fid") return {label, frechet_distance(real, fake).value};
  if (word == "kid") return {label == "FID" ? "KID" : foreign_label("KID", extractor), kid(real, fake).value};
  for (const auto& [name, value] : manifold_numbers(real, fake))
    if (name.rfind(word + "(", 0) == 0) return {name, value};
  throw std::out_of_range("metric " + word);
}

}  // namespace centigan
