// Augmentation as an objective uses it: policy, draws, and the controller that steers it.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "centigan/diffaug/augmentation.h"
#include "centigan/diffaug/controller.h"
#include "centigan/trainers/objective.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

// An objective owns one, shows every picture through it, and calls end_step, save, load and report from its own.
class Augmenter {
 public:
  Augmenter(const TrainerConfig& config, torch::Device device);

  struct Shown {
    torch::Tensor images;
    torch::Tensor acted = {};                    // where the controller asks for it
    torch::Tensor draws = {}, draws_acted = {};  // where asked for: [N,value_draws()], uniform, and 1 where they acted
  };
  // Pictures first … first+N-1 as D sees them. Values are drawn from the stream `name`, gates from `name`/gates and
  // noise from `name`/noise, so probabilities change no other draw. From any thread. No steps: the images themselves.
  Shown show(const torch::Tensor& images, const std::string& name, int64_t first, bool with_draws = false) const;
  int64_t value_draws() const { return augmentation_->value_draws(); }
  uint64_t seed() const { return seed_; }
  // What D says about shown real pictures. From any thread.
  void observe(const torch::Tensor& logits, const Shown& reals);

  void end_step(const StepInfo& info);
  // Augment/p, Augment/sign and, with one p a step, Augment/p/<step>. Nothing where nothing is steered.
  void report(std::map<std::string, double>& values) const;
  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot, const std::string& source);

 private:
  uint64_t seed_;
  torch::Device device_;
  std::unique_ptr<Augmentation> augmentation_;
  torch::Tensor column_steps_;                     // int64 [value_draws()]: the step that a draw belongs to
  std::unique_ptr<AugmentController> controller_;  // null: written probabilities
};

// One line: steps, draws a picture, and how p moves.
std::string augment_summary(const TrainerConfig& config);

}  // namespace centigan
