// Sets of pictures that are measured against each other.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

#include "centigan/data/dataset.h"

namespace centigan {

struct PictureSet {
  std::vector<torch::Tensor> pictures;  // uint8 [C,H,W]
  std::string source;                   // of the recipe: png, jpeg, mixed, gen8
  std::string resolution = "native";    // of the recipe
  std::string fingerprint;              // SHA-256 over names and pixels
  int64_t count() const { return static_cast<int64_t>(pictures.size()); }
};

// Pictures that a network drew of `seeds`: uint8 [N,C,H,W], never files. Its fingerprint is that of a folder which
// holds them under their usual names.
PictureSet generated_pictures(const torch::Tensor& images, const std::vector<uint64_t>& seeds);

// The recipe's word for files of these names: png (anything without loss), jpeg, or mixed.
std::string source_of(const std::vector<std::string>& names);

// "seed00017.png"
std::string picture_name(uint64_t seed);

}  // namespace centigan
