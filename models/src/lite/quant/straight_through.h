// Rounding whose gradient passes straight through, and the student's map operations.
#pragma once
#include <torch/types.h>

namespace centigan {

// clamp(floor(x + 0.5), low, high); gradient 1 where the value was not cut off.
torch::Tensor ste_round(const torch::Tensor& x, double low, double high);

// `exact` in the forward pass, the gradient of `smooth` in the backward pass.
torch::Tensor ste_replace(const torch::Tensor& smooth, const torch::Tensor& exact);

// The int8 epilogue. x [N,C,H,W] float32 integers, bias [C], positive [N,C]; negative [N,C] is a constant.
torch::Tensor ste_requantise(const torch::Tensor& x, const torch::Tensor& bias, const torch::Tensor& positive,
                             const torch::Tensor& negative);

// 3x3 convolution (weight [O,C,3,3]) or the transposed 4x4 one of stride 2 (weight [C,O,4,4]) of float32 integers,
// exact while sums stay below 2^24; gradients in bf16 where the processor has it.
torch::Tensor integer_conv(const torch::Tensor& x, const torch::Tensor& weight, bool transposed);

}  // namespace centigan
