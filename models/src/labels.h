#pragma once
#include <torch/types.h>

#include <cstdint>

namespace centigan {

// Error unless c is [N,classes].
void require_labels(const torch::Tensor& c, int64_t classes);

}  // namespace centigan
