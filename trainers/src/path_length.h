// Path length regularisation with its running mean (Karras et al., 2020).
#pragma once
#include <vector>

#include "generator_pass.h"

namespace centigan {

class PathLength {
 public:
  explicit PathLength(const ObjectiveContext& context);
  void begin_step(const StepInfo& info);
  torch::Tensor loss(const Batch& batch, Stats& stats);  // undefined: off
  void end_step();
  void save(Snapshot& snapshot) const { snapshot.put("objective/pl_mean", mean_); }
  void load(const Snapshot& snapshot) { mean_ = snapshot.number("objective/pl_mean"); }

 private:
  LossConfig config_;
  GeneratorShape shape_;
  torch::Device device_;
  GeneratorPass pass_;
  RandomStream noise_;
  StepInfo info_;
  std::vector<torch::Tensor> lengths_;  // mean of each piece
  double mean_ = 0.0;
};

}  // namespace centigan
