// One kind of generator pass of an objective: random streams of its own, style mixing, noise.
#pragma once
#include <memory>
#include <string>

#include "centigan/core/random.h"
#include "centigan/trainers/objectives.h"

namespace centigan {

struct Fakes {
  torch::Tensor ws;     // before style mixing
  torch::Tensor mixed;  // what the picture was made from
  torch::Tensor images;
  torch::Tensor labels;        // one-hot, or undefined
  SynthesisOptions synthesis;  // and how
};

struct PassOptions {
  int64_t count = 0;            // pictures, from the batch's first on; 0: all
  torch::Tensor rows = {};      // int64 on the CPU: only these of the batch
  double near_sigma = 0.0;      // latents moved by N(0, sigma^2); all else is drawn as without
  bool labels_of_data = false;  // whatever loss.fake_labels says
};

class GeneratorPass {
 public:
  // `id` 0 … 3: different for the passes of an objective.
  GeneratorPass(const ObjectiveContext& context, const std::string& name, int64_t id);
  Fakes draw(const Batch& batch, const StepInfo& info, const PassOptions& options = {}) const;
  // Without gradients for G.
  Fakes constants(const Batch& batch, const StepInfo& info, const PassOptions& options = {}) const;
  const std::string& augment_stream() const { return augment_; }

 private:
  torch::Tensor mixed_ws(const torch::Tensor& ws, const torch::Tensor& labels, const Batch& batch, const StepInfo& info,
                         const PassOptions& options) const;
  torch::Tensor latents(const RandomStream& stream, const Batch& batch, const PassOptions& options) const;
  torch::Tensor labels(const Batch& batch, const PassOptions& options) const;

  std::shared_ptr<Generator> generator_;
  torch::Device device_;
  double style_mixing_;
  bool uniform_labels_;
  RandomStream latent_, mix_latent_, mixing_, near_, label_;
  std::string augment_;
  int64_t noise_base_;
};

}  // namespace centigan
