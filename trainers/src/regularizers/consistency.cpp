#include "consistency.h"

#include <ATen/ATen.h>

namespace centigan {

torch::Tensor score_consistency(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).square().mean();
}

torch::Tensor latent_spread(const torch::Tensor& images, const torch::Tensor& near, double cap) {
  return (images - near).square().mean({1, 2, 3}).clamp_max(cap).mean();
}

}  // namespace centigan
