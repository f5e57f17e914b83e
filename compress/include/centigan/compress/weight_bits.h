// Weights of 8, 6 or 4 bits, chosen a layer by what they cost the picture and save in the file.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/models/lite_quant.h"

namespace centigan {

// Distance (distillation.h) of the integers' pictures from the teacher's with one layer in fewer bits, all others in 8.
struct LayerSensitivity {
  double bits8 = 0, bits6 = 0, bits4 = 0;  // all equal where the format keeps bytes
  double at(int64_t bits) const { return bits == 8 ? bits8 : bits == 6 ? bits6 : bits4; }
};

// One entry a layer. `student` has just adopted the weights it starts from, and has all its bytes back afterwards.
// Pictures of `latents` latents and classes drawn by (seed, "sensitivity").
std::vector<LayerSensitivity> weight_sensitivity(LiteStudent& student, Generator& teacher, uint64_t seed,
                                                 int64_t latents = 64);

struct BitChoice {
  std::vector<int64_t> bits;  // one a layer
  int64_t file_bytes = 0;     // of the whole file, exactly
};

// The steps 8 -> 6 -> 4 with the least loss a byte saved, until the file of `plan` has at most `most_bytes`; then, from
// the most sensitive layer on, what still fits is given back. Out of reach: usage error with the smallest size.
BitChoice choose_weight_bits(const QuantizedLite& plan, const std::vector<LayerSensitivity>& layers,
                             int64_t most_bytes);

// The same plan with every layer in as few bits as the format has.
QuantizedLite packed(QuantizedLite plan);

// A line a layer: bits, bytes of the layer, and its sensitivity.
std::vector<std::string> bit_table(const QuantizedLite& plan, const BitChoice& choice,
                                   const std::vector<LayerSensitivity>& layers);

}  // namespace centigan
