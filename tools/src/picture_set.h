// Sets of pictures that are measured against each other.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

#include "centigan/trainers/train.h"

namespace centigan {

struct PictureSet {
  std::vector<torch::Tensor> pictures;  // uint8 [C,H,W]
  std::string source;                   // of the recipe: png, jpeg, mixed, gen8
  std::string resolution = "native";    // of the recipe
  std::string fingerprint;              // SHA-256 over names and pixels
  int64_t count() const { return static_cast<int64_t>(pictures.size()); }
};

// A run's training pictures as its networks saw them.
PictureSet training_pictures(const Run& run);

// Pictures of a folder as decoded. A grid.png that `centigan generate` left there is not one of them.
PictureSet folder_pictures(const std::string& folder);

// Pictures drawn by a run with seeds first … first+count-1, rounded to 8 bits.
PictureSet drawn_pictures(Run& run, uint64_t first, int64_t count, double psi, bool quiet);

// Up to `most` pairs (upper picture, lower picture) side by side as one picture, all at the size of the first upper
// one.
torch::Tensor pair_sheet(const std::vector<std::pair<torch::Tensor, torch::Tensor>>& pairs, int64_t columns);

}  // namespace centigan
