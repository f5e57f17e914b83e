// What all adversarial objectives share: passes, augmentation, phases, regularizers and the methods of docs/methods.md.
// They differ in the loss on scores.
#pragma once
#include <memory>

#include "centigan/trainers/objectives.h"

namespace centigan {

// Losses of scores [N,1], 0-d.
struct GanLoss {
  torch::Tensor (*generator)(const torch::Tensor& fake, const torch::Tensor& real);  // real: undefined unless paired
  torch::Tensor (*discriminator)(const torch::Tensor& fake, const torch::Tensor& real);
  bool paired = false;   // G is judged against scores of reals, and R2 stands beside R1
  bool d_first = false;  // D's updates of a step come before G's
};

std::unique_ptr<Objective> make_gan(const ObjectiveContext& context, const GanLoss& loss);

}  // namespace centigan
