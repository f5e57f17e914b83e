// A probability of a method's own that is steered by the signs of D's scores of reals, like that of augmentation.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "centigan/diffaug/controller.h"
#include "centigan/trainers/objective.h"

namespace centigan {

class SteeredShare {
 public:
  // `name` for log lines and the checkpoint: Apa/p, objective/apa/…. A ceiling of 0 is off.
  SteeredShare(std::string name, const AdaptConfig& control, torch::Device device);
  bool on() const { return controller_ != nullptr; }
  double p() const { return on() ? controller_->probabilities()[0] : 0.0; }
  void observe(const torch::Tensor& logits);  // from any thread
  void end_step(const StepInfo& info);
  void report(std::map<std::string, double>& values) const;
  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot, const std::string& source);

 private:
  std::string name_;
  std::unique_ptr<AugmentController> controller_;
};

}  // namespace centigan
