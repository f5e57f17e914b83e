// Sheets of pictures beside each other.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace centigan {

// Up to `most` pairs (upper picture, lower picture) side by side as one picture, all at the size of the first upper
// one.
torch::Tensor pair_sheet(const std::vector<std::pair<torch::Tensor, torch::Tensor>>& pairs, int64_t columns);

}  // namespace centigan
