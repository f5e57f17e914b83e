#include "advaug.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace centigan {

std::vector<torch::Tensor> adversarial_features(const torch::Tensor& loss, const std::vector<torch::Tensor>& features,
                                                double eta) {
  const auto gradients = torch::autograd::grad({loss}, features, {}, /*retain_graph=*/true);
  std::vector<torch::Tensor> moved;
  for (size_t i = 0; i < features.size(); ++i) moved.push_back(features[i] + eta * gradients[i].sign());
  return moved;
}

}  // namespace centigan
