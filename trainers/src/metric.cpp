#include "centigan/trainers/metric.h"

#include <ATen/ATen.h>

#include <numeric>

#include "centigan/core/clock.h"
#include "centigan/core/image.h"
#include "centigan/metrics/measurement.h"
#include "centigan/models/drawing.h"

namespace centigan {
namespace {

std::string metric_device(const torch::Device& device) {
  return device.is_cpu() ? "cpu" : "cuda";
}

// The network and the features of the reals stay for the next evaluation.
class FeatureMetric {
 public:
  FeatureMetric(const TrainConfig& config, const Dataset& reals, torch::Device device, const std::string& weights)
      : word_(config.trainer.metric),
        device_(device),
        extractor_(weights, device),
        reals_(dataset_pictures(reals)),
        seeds_(static_cast<size_t>(config.trainer.eval_fakes)) {
    std::iota(seeds_.begin(), seeds_.end(), uint64_t{0});
  }

  MetricResult measure(Generator& generator, const MetricWatch& watch) {
    const double begun = clock_seconds();
    const auto count = static_cast<int64_t>(seeds_.size()), known = real_features_.defined() ? reals_.count() : 0;
    const int64_t total = 2 * count + reals_.count() - known;
    if (known == 0)
      real_features_ = features_of(extractor_, reals_.pictures, [&](int64_t done) { watch(done, total); });
    const int64_t before = reals_.count() - known;
    const DrawRequest request = request_of_seeds(generator.shape(), seeds_);
    const at::Tensor images =
        draw_pictures(generator, request, device_, [&](int64_t done) { watch(before + done, total); });
    const PictureSet fakes = generated_pictures(to_uint8(images), seeds_);
    const at::Tensor features =
        features_of(extractor_, fakes.pictures, [&](int64_t done) { watch(before + count + done, total); });
    return result(fakes, features, clock_seconds() - begun);
  }

 private:
  MetricResult result(const PictureSet& fakes, const at::Tensor& features, double seconds) {
    Recipe recipe = recipe_of(reals_, fakes, extractor_, 0, 1.0);
    std::tie(recipe.metric, recipe.value) = measured_number(word_, real_features_, features, extractor_.name());
    return {recipe.value, recipe.metric, recipe_text(recipe),
            json_of(recipe, reals_.fingerprint, fakes.fingerprint, extractor_.weights_hash(), metric_device(device_),
                    seconds)};
  }

  const std::string word_;
  torch::Device device_;
  FeatureExtractor extractor_;
  PictureSet reals_;
  std::vector<uint64_t> seeds_;
  at::Tensor real_features_;
};

}  // namespace

Metric make_metric(const TrainConfig& config, const Dataset& reals, torch::Device device, const std::string& weights) {
  const auto metric = std::make_shared<FeatureMetric>(config, reals, device, weights);
  return [metric](Generator& generator, const MetricWatch& watch) { return metric->measure(generator, watch); };
}

}  // namespace centigan
