// What a teacher makes of some latents, and which of its layers those of a student answer to.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "centigan/models/lite.h"

namespace centigan {

constexpr int64_t kFitBatch = 32;      // pictures
constexpr int64_t kMappingLevel = -1;  // where the mapping layers are

// Rows of the map layers of a level, or of the mapping.
std::vector<size_t> rows_of_level(const std::vector<LiteLayer>& layers, int64_t level);

// The teacher's row that a row of the student answers to: the first ones to the first ones, the last one to the last.
size_t counterpart(const std::vector<LiteLayer>& teacher, const std::vector<LiteLayer>& student, size_t row);

// The values of every row (of a toRGB: the picture so far), and the scales of the maps.
struct Watched {
  torch::Tensor input, picture;
  std::vector<torch::Tensor> values, scales;
};

// Of at most so many latents (seed, "fit"), whole batches, on the CPU.
Watched watched(LiteGenerator& teacher, uint64_t seed, int64_t pictures);

}  // namespace centigan
