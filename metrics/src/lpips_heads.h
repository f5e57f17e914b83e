// What each channel of VGG16's five maps counts in LPIPS v0.1.
#pragma once
#include <torch/types.h>

#include <vector>

namespace centigan {

std::vector<torch::Tensor> lpips_heads();  // float32 [64], [128], [256], [512], [512]

}  // namespace centigan
