// What every metric demands of its features before it computes.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>

namespace centigan {

// features [n,d] of any float type -> the same on the CPU. Fewer than `least` rows, another number of dimensions, a
// width other than `width` (0: any) or a non-finite value (named by row, with the number of such rows): Error. `side`
// names the set in messages ("real", "fake").
torch::Tensor usable_features(const torch::Tensor& features, const std::string& side, int64_t least, int64_t width = 0);

// The same as float64, for sets that are small.
torch::Tensor checked_features(const torch::Tensor& features, const std::string& side, int64_t least,
                               int64_t width = 0);

}  // namespace centigan
