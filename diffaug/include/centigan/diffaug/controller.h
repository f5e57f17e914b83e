// The strength of augmentation, steered by how sure the discriminator is of real pictures.
#pragma once
#include <torch/types.h>

#include <mutex>
#include <string>
#include <vector>

#include "centigan/core/comm.h"
#include "centigan/core/config.h"
#include "centigan/core/snapshot.h"

namespace centigan {

struct AdaptConfig {
  std::string mode = "off";  // off, policy: one p for all steps; step: one p a step
  double target = 0.6;
  double kimg = 100.0;  // as published for short runs on few pictures (resumed ones); 500 for runs of thousands of kimg
  double ceiling = 0.8;  // the published controller has none, and what it augments leaks
  double start = 0.0;
  int64_t interval = 4;
};

inline void visit(ConfigVisitor& v, AdaptConfig& c) {
  v.field("mode", c.mode, "Adaptive augmentation: off, policy (one p for all steps) or step (one p a step).");
  v.field("target", c.target, "Mean sign of the scores of real pictures that p is steered to.");
  v.field("kimg", c.kimg, "Thousands of pictures in which p can travel from 0 to 1.");
  v.field("ceiling", c.ceiling, "Largest p; above 0.8 augmentations leak into samples.");
  v.field("start", c.start, "p at the beginning.");
  v.field("interval", c.interval, "Steps between updates of p.");
}

// Karras et al., "Training Generative Adversarial Networks with Limited Data", 2020: with r the mean of
// sign(D(T(x))), sign(0) = 0, over the real pictures seen since the last update,
//   p <- clamp(p + sign(r - target) * batch * interval / (1000 * kimg), 0, ceiling).
// The ceiling and mode `step` are our own. In mode `step` every step has its own p, and its r is that of the pictures
// the step acted on; of all pictures as long as it acted on none (p = 0).
class AugmentController {
 public:
  // `config` valid, mode not off. `steps` of the policy.
  AugmentController(const AdaptConfig& config, int64_t steps, torch::Device device);

  const torch::Tensor& p() const { return p_; }  // float32 [steps] on the device; another tensor after update()
  const std::vector<double>& probabilities() const { return values_; }  // policy: one; step: one a step
  double sign() const { return sign_; }  // r over all pictures at the last update; NaN before
  bool needs_acted() const { return config_.mode == "step"; }

  // Scores of real pictures [N,…]; `acted` bool [N,steps] where needs_acted(). From any thread, in any order: what is
  // summed are integers. Nothing waits for the device.
  void observe(const torch::Tensor& logits, const torch::Tensor& acted = {});
  // After step `step` (0, 1, …) of `batch` pictures over all processes: moves p at every interval-th. Reads the sums.
  void end_step(int64_t step, int64_t batch, const Comm& comm = {});

  void save(const std::string& prefix, Snapshot& snapshot) const;
  // State of another number of steps: Error.
  void load(const std::string& prefix, const Snapshot& snapshot, const std::string& source);

 private:
  void update(int64_t batch, const Comm& comm);
  void publish();

  AdaptConfig config_;
  int64_t steps_;
  torch::Device device_;
  std::vector<double> values_;
  double sign_;
  torch::Tensor p_;
  torch::Tensor sums_;  // int64 [2, 1 + steps]: signs and their number; over all pictures, then over those of each step
  std::mutex mutex_;
};

}  // namespace centigan
