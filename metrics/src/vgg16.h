// VGG16 (Simonyan and Zisserman, 2015) up to relu5_3: the network of LPIPS.
#pragma once
#include <torch/types.h>

#include <map>
#include <memory>
#include <string>

#include "feature_network.h"

namespace centigan {

inline constexpr const char* kVggName = "vgg16";

bool is_vgg16_file(const std::map<std::string, torch::Tensor>& tensors);

// The tensors of the convolutions alone: torchvision's file also holds a classifier, which nothing here needs.
std::map<std::string, torch::Tensor> vgg16_trunk(const std::map<std::string, torch::Tensor>& tensors);

// Whether they are torchvision's, with which LPIPS was published: by the first filter, as their file cannot be had by
// everybody who builds this.
bool is_published_vgg16(const std::map<std::string, torch::Tensor>& trunk);

std::unique_ptr<FeatureNetwork> make_vgg16(const std::map<std::string, torch::Tensor>& trunk, const NetworkPlace& place,
                                           const std::string& source);

}  // namespace centigan
