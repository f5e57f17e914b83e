// Sets of pictures that a run gives to a measurement, and their sheets.
#pragma once
#include <torch/types.h>

#include <string>
#include <vector>

#include "centigan/metrics/picture_set.h"
#include "centigan/trainers/train.h"

namespace centigan {

// A run's training pictures as its networks saw them.
PictureSet training_pictures(const Run& run);

// Pictures drawn by a run with seeds first … first+count-1, rounded to 8 bits.
PictureSet drawn_pictures(Run& run, uint64_t first, int64_t count, double psi, bool quiet);

// Up to `most` pairs (upper picture, lower picture) side by side as one picture, all at the size of the first upper
// one.
torch::Tensor pair_sheet(const std::vector<std::pair<torch::Tensor, torch::Tensor>>& pairs, int64_t columns);

}  // namespace centigan
