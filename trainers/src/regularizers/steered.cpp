#include "steered.h"

namespace centigan {

SteeredShare::SteeredShare(std::string name, const AdaptConfig& control, torch::Device device)
    : name_(std::move(name)) {
  if (control.ceiling > 0.0) controller_ = std::make_unique<AugmentController>(control, 1, device);
}

void SteeredShare::observe(const torch::Tensor& logits) {
  if (on()) controller_->observe(logits);
}

void SteeredShare::end_step(const StepInfo& info) {
  if (on()) controller_->end_step(info.step, info.batch);
}

void SteeredShare::report(std::map<std::string, double>& values) const {
  if (on()) values["Loss/" + name_ + "/p"] = p();
}

void SteeredShare::save(Snapshot& snapshot) const {
  if (on()) controller_->save("objective/" + name_ + "/", snapshot);
}

void SteeredShare::load(const Snapshot& snapshot, const std::string& source) {
  if (on()) controller_->load("objective/" + name_ + "/", snapshot, source);
}

}  // namespace centigan
