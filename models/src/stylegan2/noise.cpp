#include <ATen/ATen.h>

#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "layers.h"

namespace centigan {
namespace {

// One field a picture, a function of its seed and the layer's name alone.
at::Tensor seeded_noise(const at::Tensor& seeds, const std::string& stream, MapSize size) {
  std::vector<at::Tensor> fields;
  for (int64_t n = 0; n < seeds.size(0); ++n) {
    const auto seed = static_cast<uint64_t>(seeds[n].item<int64_t>());
    fields.push_back(RandomStream(seed, stream).normal(0, 1, size.count()).view({1, size.height, size.width}));
  }
  return at::stack(fields);
}

}  // namespace

std::optional<torch::Tensor> SynthesisLayer::noise(int64_t count, const SynthesisOptions& options) const {
  if (options.noise == NoiseMode::kNone) return std::nullopt;
  if (options.noise == NoiseMode::kConst) return noise_const_ * noise_strength_;
  if (!options.noise_seeds.defined() || options.noise_seeds.size(0) != count) {
    fail("models", noise_stream_, "random noise needs a seed for each of " + std::to_string(count) + " pictures",
         "pass noise_seeds [N], or use constant noise");
  }
  const at::Tensor field = seeded_noise(options.noise_seeds.cpu(), noise_stream_, size_);
  return field.to(noise_strength_.options()) * noise_strength_;
}

}  // namespace centigan
