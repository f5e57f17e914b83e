#include "consistency.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace centigan {

torch::Tensor score_consistency(const torch::Tensor& a, const torch::Tensor& b) {
  return (a - b).square().mean();
}

SecondView read_second_view(const std::string& text) {
  const std::string flip = "flip";
  const bool flips = text == flip || text.rfind(flip + ",", 0) == 0;
  return {flips, flips ? text.substr(std::min(text.size(), flip.size() + 1)) : text};
}

torch::Tensor latent_spread(const torch::Tensor& images, const torch::Tensor& near, double cap) {
  return (images - near).square().mean({1, 2, 3}).clamp_max(cap).mean();
}

}  // namespace centigan
