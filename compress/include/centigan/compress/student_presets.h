// The documented students by name (docs/students.md).
#pragma once
#include <string>
#include <vector>

#include "centigan/models/lite_config.h"

namespace centigan {

struct StudentPreset {
  std::string name;
  int64_t resolution = 0;
  LiteConfig lite;
};

std::vector<std::string> student_preset_names();

// Unknown name: usage error with the nearest one. Weights of 8 bits.
StudentPreset student_preset(const std::string& name);

}  // namespace centigan
