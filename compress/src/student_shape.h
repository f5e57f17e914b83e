// Which student a teacher gets, and what it starts with.
#pragma once
#include <string>

#include "centigan/compress/distill.h"

namespace centigan {

struct StudentShape {
  ModelConfig model;
  std::string start;  // copy, prune, fit or random
};

// Usage errors name the field: a start that does not fit, an unknown one.
StudentShape student_shape(const DistillConfig& config, const ModelConfig& teacher, int64_t z_dim);

}  // namespace centigan
