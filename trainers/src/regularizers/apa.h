// Adaptive pseudo augmentation (Jiang et al., "Deceive D", 2021): fakes replace some of the reals.
#pragma once
#include "generator_pass.h"
#include "steered.h"

namespace centigan {

class Apa {
 public:
  explicit Apa(const ObjectiveContext& context);
  // The batch's reals, each replaced by a fake with probability p. No gradient. From any thread.
  torch::Tensor reals(const Batch& batch, const StepInfo& info) const;
  SteeredShare& share() { return share_; }
  const SteeredShare& share() const { return share_; }

 private:
  GeneratorPass pass_;
  RandomStream gate_;
  SteeredShare share_;
};

}  // namespace centigan
