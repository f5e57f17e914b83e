#include <ATen/ATen.h>

#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "layers.h"

namespace centigan {
std::optional<torch::Tensor> SynthesisLayer::noise(int64_t count, const SynthesisOptions& options) const {
  if (options.noise == NoiseMode::kNone) return std::nullopt;
  if (options.noise == NoiseMode::kConst) return noise_const_ * noise_strength_;
  if (!options.noise_seeds.defined() || options.noise_seeds.size(0) != count) {
    fail("models", noise_stream_, "random noise needs a seed for each of " + std::to_string(count) + " pictures",
         "pass noise_seeds [N], or use constant noise");
  }
  const at::Tensor& strength = noise_strength_;
  // One field a picture, a function of its seed and the layer's name alone.
  const at::Tensor field = normal_rows(options.noise_seeds, noise_stream_, size_.count(), strength.device());
  return field.view({count, 1, size_.height, size_.width}).to(strength.scalar_type()) * strength;
}

}  // namespace centigan
