#include "centigan/trainers/metric.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <functional>
#include <numeric>

#include "centigan/core/clock.h"
#include "centigan/core/device.h"
#include "centigan/core/image.h"
#include "centigan/metrics/measurement.h"
#include "centigan/models/drawing.h"

namespace centigan {
namespace {

constexpr int64_t kFakesAtATime = 256;  // whole batches of drawing

std::string metric_device(const torch::Device& device) {
  return device.is_cpu() ? "cpu" : "cuda";
}

// The reals as recipes know them; their pictures are looked at piece by piece, for a pack may be larger than memory.
struct Reals {
  explicit Reals(const Dataset& dataset)
      : data(dataset),
        resolution(PictureSize(dataset.height(), dataset.width()).text()),
        fingerprint(dataset.fingerprint()) {
    std::vector<std::string> names;
    for (int64_t i = 0; i < dataset.size(); ++i) names.push_back(dataset.name(i));
    source = source_of(names);
  }
  int64_t count() const { return data.size(); }

  at::Tensor features(FeatureExtractor& extractor, const std::function<void(int64_t done)>& watch) const {
    const int64_t piece = 64 * hardware_threads();  // whole batches of the extractor
    std::vector<at::Tensor> parts;
    for (int64_t first = 0; first < count(); first += piece) {
      std::vector<at::Tensor> pictures;
      for (int64_t i = first; i < std::min(first + piece, count()); ++i) pictures.push_back(data.image(i));
      parts.push_back(features_of(extractor, pictures, [&](int64_t done) { watch(first + done); }));
    }
    return at::cat(parts);
  }

  const Dataset& data;
  std::string source, resolution, fingerprint;
};

// The network and the features of the reals stay for the next evaluation.
class FeatureMetric {
 public:
  FeatureMetric(const TrainConfig& config, const Dataset& reals, torch::Device device, const std::string& weights)
      : word_(config.trainer.metric),
        device_(device),
        extractor_(weights, device),
        reals_(reals),
        fakes_(config.trainer.eval_fakes) {}

  MetricResult measure(Generator& generator, const MetricWatch& watch) {
    const double begun = clock_seconds();
    const int64_t count = fakes_, known = real_features_.defined() ? reals_.count() : 0;
    const int64_t total = 2 * count + reals_.count() - known, before = reals_.count() - known;
    if (known == 0) real_features_ = reals_.features(extractor_, [&](int64_t done) { watch(done, total); });
    GeneratedPictures fakes;
    std::vector<at::Tensor> features;
    for (int64_t first = 0; first < count; first += kFakesAtATime) {
      const auto on = [&](int64_t done) { watch(before + 2 * first + done, total); };
      features.push_back(fake_features(generator, first, std::min(kFakesAtATime, count - first), fakes, on));
    }
    return result(fakes.finish(), at::cat(features), clock_seconds() - begun);
  }

 private:
  // Draws and measures the pictures of seeds first … first+count-1; `watch` counts each twice.
  at::Tensor fake_features(Generator& generator, int64_t first, int64_t count, GeneratedPictures& fakes,
                           const std::function<void(int64_t done)>& watch) {
    std::vector<uint64_t> seeds(static_cast<size_t>(count));
    std::iota(seeds.begin(), seeds.end(), static_cast<uint64_t>(first));
    const DrawRequest request = request_of_seeds(generator.shape(), seeds);
    const at::Tensor images = to_uint8(draw_pictures(generator, request, device_, watch));
    fakes.add(images, seeds);
    return features_of(extractor_, images.unbind(), [&](int64_t done) { watch(count + done); });
  }

  MetricResult result(const PictureSet& fakes, const at::Tensor& features, double seconds) {
    Recipe recipe = recipe_of(fakes, fakes, extractor_, 0, 1.0);
    recipe.real_count = reals_.count(), recipe.real_source = reals_.source, recipe.resolution = reals_.resolution;
    std::tie(recipe.metric, recipe.value) = measured_number(word_, real_features_, features, extractor_.name());
    return {recipe.value, recipe.metric, recipe_text(recipe),
            json_of(recipe, reals_.fingerprint, fakes.fingerprint, extractor_.weights_hash(), metric_device(device_),
                    seconds)};
  }

  const std::string word_;
  torch::Device device_;
  FeatureExtractor extractor_;
  Reals reals_;
  int64_t fakes_;
  at::Tensor real_features_;
};

}  // namespace

Metric make_metric(const TrainConfig& config, const Dataset& reals, torch::Device device, const std::string& weights) {
  const auto metric = std::make_shared<FeatureMetric>(config, reals, device, weights);
  return [metric](Generator& generator, const MetricWatch& watch) { return metric->measure(generator, watch); };
}

}  // namespace centigan
