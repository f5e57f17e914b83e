// Adaptive pseudo augmentation (Jiang et al., "Deceive D", 2021): fakes replace some of the reals.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "centigan/diffaug/controller.h"
#include "generator_pass.h"

namespace centigan {

class Apa {
 public:
  explicit Apa(const ObjectiveContext& context);
  bool on() const { return controller_ != nullptr; }
  // The batch's reals, each replaced by a fake with probability p. No gradient. From any thread.
  torch::Tensor reals(const Batch& batch, const StepInfo& info) const;
  // What D says about them. From any thread.
  void observe(const torch::Tensor& logits);
  void end_step(const StepInfo& info);
  void report(std::map<std::string, double>& values) const;  // Apa/p
  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot, const std::string& source);

 private:
  GeneratorPass pass_;
  RandomStream gate_;
  std::unique_ptr<AugmentController> controller_;  // null: off
};

}  // namespace centigan
