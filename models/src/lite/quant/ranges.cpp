#include "ranges.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "../float_pass.h"
#include "../precision.h"
#include "centigan/core/random.h"
#include "centigan/models/drawing.h"

namespace centigan {
namespace {

constexpr int64_t kBins = 2048, kCalibrationBatch = 64, kPilot = 256;
constexpr int64_t kSamplesPerPicture = 2048;  // of a map; a stride that is coprime to the channels visits all of them
constexpr double kHeadroom = 1.5;             // of the histogram over the pilot's largest value
constexpr double kLeastKept = 0.9995;         // share of values that must not be cut off

struct Tally {
  double limit = 0;        // of the histogram
  at::Tensor histogram;    // of absolute values, float64 [kBins]
  at::Tensor gain, scale;  // largest so far
  at::Tensor value;        // likewise, a channel
};

at::Tensor sampled(const at::Tensor& values) {
  const auto flat = values.dim() == 4 ? values.permute({0, 2, 3, 1}).flatten() : values.flatten();
  const int64_t step = (flat.numel() / values.size(0) / kSamplesPerPicture) | 1;
  return flat.slice(0, 0, flat.numel(), step).to(at::kFloat).abs();
}

void keep_largest(at::Tensor& largest, const at::Tensor& values) {  // values [N,C]
  const auto batch = values.abs().amax(0).to(at::kCPU, at::kDouble);
  largest = largest.defined() ? at::maximum(largest, batch) : batch;
}

void count_values(Tally& tally, const at::Tensor& values) {
  const auto clamped = at::clamp_max(sampled(values), tally.limit);
  const auto counts = at::histc(clamped, kBins, 0, tally.limit).to(at::kCPU, at::kDouble);
  tally.histogram = tally.histogram.defined() ? tally.histogram + counts : counts;
}

// Runs the generator over latents first … first+count-1 and shows every layer to `look(tally, values)`.
template <class Look>
void visit_maps(LiteGenerator& generator, uint64_t seed, int64_t first, int64_t count, std::vector<Tally>& tallies,
                const Look& look) {
  const auto& units = generator.units();
  const auto z = RandomStream(seed, "calibration").normal(first, count, generator.shape().z_dim);
  at::Tensor w;
  const auto observe = [&](size_t row, const at::Tensor& values, const at::Tensor& scale) {
    if (units[row]->layer.op == LiteOp::kToRgb) return;  // its sum is no map of bytes
    look(tallies[row], values);
    if (!scale.defined()) return;
    keep_largest(tallies[row].scale, scale);
    keep_largest(tallies[row].gain, units[row]->gains(w));
  };
  const auto labels = drawn_labels(RandomStream(seed, "calibration/labels"), first, count, generator.shape().c_dim);
  w = lite_float_mapping(units, generator.input(z.to(units.back()->weight.device()), labels), observe);
  const auto type = lite_compute_type(generator.config().precision, units.back()->weight);
  lite_float_synthesis(units, w, {NoiseMode::kNone, {}}, type, observe);
}

// The clip of least squared error: a step of clip/127 inside, the distance to the clip outside.
void choose_clip(const Tally& tally, LayerRange& range) {
  const double* counts = tally.histogram.data_ptr<double>();
  const double total = tally.histogram.sum().item<double>(), width = tally.limit / kBins;
  double best = -1;
  for (int64_t last = kBins; last > 0; last -= kBins / 256) {
    const double clip = last * width, step = clip / 127;
    double error = 0, kept = 0;
    for (int64_t i = 0; i < kBins; ++i) {
      const double beyond = (i + 0.5) * width - clip;
      error += counts[i] * (beyond > 0 ? beyond * beyond : step * step / 12);
      if (beyond <= 0) kept += counts[i];
    }
    if (best >= 0 && (error >= best || kept < kLeastKept * total)) continue;
    best = error;
    range.clip = clip;
    range.clipped = 1 - kept / total;
  }
}

}  // namespace

std::vector<ChannelPeaks> measure_channels(LiteGenerator& generator, int64_t count, uint64_t seed) {
  at::NoGradGuard guard;
  std::vector<Tally> tallies(generator.units().size());
  const auto look = [](Tally& tally, const at::Tensor& values) {
    if (values.dim() == 4) keep_largest(tally.value, values.abs().amax({2, 3}));
  };
  for (int64_t first = 0; first < count; first += kCalibrationBatch)
    visit_maps(generator, seed, first, std::min(kCalibrationBatch, count - first), tallies, look);
  std::vector<ChannelPeaks> peaks;
  for (const Tally& tally : tallies) peaks.push_back({tally.value, tally.gain});
  return peaks;
}

std::vector<LayerRange> measure_ranges(LiteGenerator& generator, int64_t count, uint64_t seed,
                                       const std::function<void(int64_t, int64_t)>& progress) {
  at::NoGradGuard guard;
  std::vector<Tally> tallies(generator.units().size());
  visit_maps(generator, seed, 0, std::min(kPilot, count), tallies, [](Tally& tally, const at::Tensor& values) {
    tally.limit = std::max(1e-6, kHeadroom * values.abs().max().to(at::kDouble).item<double>());
  });
  for (int64_t first = 0; first < count; first += kCalibrationBatch) {
    visit_maps(generator, seed, first, std::min(kCalibrationBatch, count - first), tallies, count_values);
    if (progress) progress(std::min(first + kCalibrationBatch, count), count);
  }
  std::vector<LayerRange> ranges(tallies.size());
  for (size_t row = 0; row < tallies.size(); ++row) {
    if (!tallies[row].histogram.defined()) continue;
    choose_clip(tallies[row], ranges[row]);
    ranges[row].largest_gain = tallies[row].gain;
    ranges[row].largest_scale = tallies[row].scale;
  }
  return ranges;
}

}  // namespace centigan
