// The FID Inception network.
#pragma once
#include <torch/types.h>

#include <map>
#include <memory>
#include <string>

#include "feature_network.h"
#include "inception_layers.h"

namespace centigan {

// The last layer [1008,2048], which the archive does not hold and the metric's hash does not cover.
inline constexpr const char* kClassifierName = "fc.weight";

// `tensors` as stored by the archive, with their prefix; names, shapes and values are checked, Errors name `source`.
std::unique_ptr<FeatureNetwork> make_inception(std::map<std::string, torch::Tensor> tensors, const NetworkPlace& place,
                                               const std::string& source);

// The tensors under the archive's names if they have torchvision's, else as they are. A gamma other than 1: Error.
std::map<std::string, torch::Tensor> inception_archive_names(const std::map<std::string, torch::Tensor>& tensors,
                                                             const std::string& source);

}  // namespace centigan
