// The updates of a GAN's step.
#pragma once
#include <string>
#include <vector>

#include "centigan/trainers/objectives.h"

namespace centigan {

// Those of G and those of D, `d_first` or the other way round; behind each update of D one of AugSelf's head, if it is
// on. A regularizer of interval 1 joins the main loss, as published before lazy regularisation.
std::vector<Phase> gan_phases(const TrainConfig& config, bool d_first);

// "Dmain.2" is the second "Dmain" of a step.
std::string kind_of(const Phase& phase);

}  // namespace centigan
