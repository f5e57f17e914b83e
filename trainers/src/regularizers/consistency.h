// Consistency regularisation: CR (Zhang et al., 2020), bCR and zCR (Zhao et al., 2021).
#pragma once
#include <torch/types.h>

namespace centigan {

// Scores [N,1] of two views of the same pictures -> mean squared difference, 0-d. The gradient goes through both.
torch::Tensor score_consistency(const torch::Tensor& a, const torch::Tensor& b);

// Pictures [N,C,H,W] of near latents -> mean over pictures of min(mean squared difference, cap), 0-d: G's gain.
torch::Tensor latent_spread(const torch::Tensor& images, const torch::Tensor& near, double cap);

}  // namespace centigan
