// The preset `auto`: settings from the pictures and the machine.
#pragma once
#include <string>
#include <vector>

#include "centigan/data/survey.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

// What `auto` goes by. Empty or 0: free to choose.
struct AutoFacts {
  PictureSurvey pictures;
  bool accelerator = false;
  int cores = 1;
  std::string family;
  int64_t resolution = 0, channels = 0, batch = 0;
};

// Looks at config.data and config.trainer.device.
AutoFacts auto_facts(const TrainConfig& config);

// Overwrites `config` -> what was chosen and why, a sentence each.
std::vector<std::string> apply_auto(const AutoFacts& facts, TrainConfig& config);

}  // namespace centigan
