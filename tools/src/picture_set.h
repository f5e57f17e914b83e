// Sheets of pictures beside each other.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace centigan {

// Stacks of pictures (each from the top, all equally high) side by side as one picture, `columns` stacks a row, all
// pictures at the size of the very first one.
torch::Tensor stack_sheet(const std::vector<std::vector<torch::Tensor>>& stacks, int64_t columns);

}  // namespace centigan
