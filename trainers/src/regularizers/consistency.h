// Consistency regularisation: CR (Zhang et al., 2020), bCR and zCR (Zhao et al., 2021).
#pragma once
#include <torch/types.h>

#include <string>

namespace centigan {

// Scores [N,1] of two views of the same pictures -> mean squared difference, 0-d. The gradient goes through both.
torch::Tensor score_consistency(const torch::Tensor& a, const torch::Tensor& b);

// Pictures [N,C,H,W] of near latents -> mean over pictures of min(mean squared difference, cap), 0-d: G's gain.
torch::Tensor latent_spread(const torch::Tensor& images, const torch::Tensor& near, double cap);

// loss.cr_augment as the release of DiffAugment writes it: a policy, or "flip" and perhaps ",policy" behind it.
struct SecondView {
  bool flip = false;  // half of the pictures are mirrored first
  std::string policy;
  bool plain() const { return !flip && policy.empty(); }
};
SecondView read_second_view(const std::string& text);

}  // namespace centigan
