// Sizes of a network as the text metadata of official weights.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "centigan/core/safetensors.h"
#include "centigan/models/model.h"

namespace centigan {

// What the metadata and the names of the tensors say; each problem is a line of `problems`.
ModelConfig stylegan2_of_metadata(const Safetensors& file, std::vector<std::string>& problems);
std::map<std::string, std::string> metadata_of_stylegan2(const ModelConfig& model);

}  // namespace centigan
