// Regularizers as free functions on tensors. Each gives one value a picture and can be differentiated again.
#pragma once
#include <torch/types.h>

namespace centigan {

// R1 (Mescheder et al., 2018): logits [N,1] that depend on x [N,C,H,W] -> squared norm of the gradient of their sum
// with respect to x, [N].
torch::Tensor r1_penalty(const torch::Tensor& logits, const torch::Tensor& x);

// Path lengths (Karras et al., 2020): images [N,C,H,W] that depend on ws [N,num_ws,w_dim]; noise like images, N(0,1) /
// sqrt(H*W) -> root of the mean over num_ws of the squared norm of the gradient of sum(images * noise), [N].
torch::Tensor path_lengths(const torch::Tensor& images, const torch::Tensor& ws, const torch::Tensor& noise);

}  // namespace centigan
