// The steps of the pipeline in their order, and how many draws each takes.
#pragma once
#include <string>
#include <vector>

#include "centigan/diffaug/ada.h"

namespace centigan {

struct AdaStep {
  bool AdaCombination::*group;
  int64_t draws;                    // columns of values in u
  std::vector<std::string> values;  // names of the parameters that are returned
  std::vector<std::string> gates;
};

// Those that `combination` has.
std::vector<AdaStep> ada_steps(const AdaCombination& combination);

}  // namespace centigan
