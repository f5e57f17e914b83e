// Blocks of the published networks.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "centigan/models/model.h"

namespace centigan {

struct BigGanBlock {
  int64_t in, out;
  int64_t resolution;  // of its output, as the release lists it
  bool resamples, attends;
};

// How the latent and the label reach the generator.
struct BigGanCodes {
  int64_t rows;        // of ws
  int64_t chunk;       // of the latent in each row
  int64_t label;       // size of the label in each row; 0: unconditional
  int64_t norm_input;  // of a block's norms
};

std::vector<BigGanBlock> biggan_g_blocks(const ModelConfig& config);
std::vector<BigGanBlock> biggan_d_blocks(const ModelConfig& config);
BigGanCodes biggan_codes(const ModelConfig& config);

// "32_64" -> 32, 64. False: the text is not such a list.
bool read_attention(const std::string& text, std::vector<int64_t>& resolutions);

}  // namespace centigan
