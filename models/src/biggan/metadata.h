// Sizes of BigGAN as the text metadata of official weights.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "centigan/core/safetensors.h"
#include "centigan/models/model.h"

namespace centigan {

ModelConfig biggan_of_metadata(const Safetensors& file, std::vector<std::string>& problems);
std::map<std::string, std::string> metadata_of_biggan(const ModelConfig& model);

}  // namespace centigan
