// The two memory-bound passes of the lite networks, each as one operation with a gradient.
#pragma once
#include <torch/types.h>

namespace centigan {

// scale * lrelu(x + bias) + residual. x [N,C,H,W] of any floating type; bias [C], scale [C] or [N,C] in float32
// (float64 for float64 x); residual like x, or undefined. `fused`: one pass over channels-last memory on the CPU for
// float32 and bf16; otherwise plain operations. Both can be differentiated twice.
torch::Tensor lite_epilogue(const torch::Tensor& x, const torch::Tensor& bias, const torch::Tensor& scale,
                            const torch::Tensor& residual, bool fused);

// sum_c weight[n,r,c] * x[n,c,:,:] -> [N,R,H,W] in the type of weight.
torch::Tensor lite_to_rgb(const torch::Tensor& x, const torch::Tensor& weight, bool fused);

}  // namespace centigan
