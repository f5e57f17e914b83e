// Metrics compute in IEEE float32. Whether a device really does is measured, not believed.
#pragma once
#include <torch/types.h>

namespace centigan {

// A fixed 3x3 convolution on `device`: float32 [1,64,16,16].
torch::Tensor float32_probe(const torch::Device& device);

// Compares its result with float64 on the CPU. Further off than 5e-6 of the largest value (inputs rounded to TF32 give
// 2.5e-4, IEEE float32 3e-7): Error.
void check_float32_probe(const torch::Tensor& result);

}  // namespace centigan
