// Regularizers as free functions on tensors. Each gives one value a picture and can be differentiated again.
#pragma once
#include <torch/nn/module.h>
#include <torch/types.h>

namespace centigan {

// R1 (Mescheder et al., 2018): logits [N,1] that depend on x [N,C,H,W] -> squared norm of the gradient of their sum
// with respect to x, [N].
torch::Tensor r1_penalty(const torch::Tensor& logits, const torch::Tensor& x);

// Path lengths (Karras et al., 2020): images [N,C,H,W] that depend on ws [N,num_ws,w_dim]; noise like images, N(0,1) /
// sqrt(H*W) -> root of the mean over num_ws of the squared norm of the gradient of sum(images * noise), [N].
torch::Tensor path_lengths(const torch::Tensor& images, const torch::Tensor& ws, const torch::Tensor& noise);

// Orthogonal regularisation (Brock et al., 2019, their form without the diagonal): half the squared norm of the
// products of different rows of w [rows,…], 0-d; its gradient is 2 (w w^T - diagonal) w.
torch::Tensor orthogonal_penalty(const torch::Tensor& w);
// The sum over all parameters with two dimensions or more. As published, the shared embedding of the classes is left
// out.
torch::Tensor orthogonal_penalty(const torch::nn::Module& network);

}  // namespace centigan
