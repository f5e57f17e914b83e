// Which type the convolutions of the lite networks run in.
#pragma once
#include <torch/types.h>

#include <string>

namespace centigan {

// float64 parameters stay float64; otherwise bf16 where `precision` (float32, bf16, auto) and the device say so.
torch::ScalarType lite_compute_type(const std::string& precision, const torch::Tensor& parameter);

}  // namespace centigan
