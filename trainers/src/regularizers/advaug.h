// AdvAug (Chen et al., "Data-Efficient GAN Training Beyond (Just) Augmentations", 2021): features moved against the
// loss.
#pragma once
#include <torch/types.h>

#include <vector>

namespace centigan {

// Each feature plus eta times the sign of the gradient of `loss` (0-d, depends on them) there. The step is a constant;
// the gradient flows through the features. The graph of the loss stays.
std::vector<torch::Tensor> adversarial_features(const torch::Tensor& loss, const std::vector<torch::Tensor>& features,
                                                double eta);

}  // namespace centigan
