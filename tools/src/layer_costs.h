// What the layers of a .cgm file are, and how many multiply-accumulates each takes (docs/cgm-format.md, section 6).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "cgm_file.h"

namespace centigan {

struct LayerCost {
  uint32_t index = 0;  // in the file's table
  std::string name;    // "up2p 32x32, 56 -> 32"
  bool rows = false;   // computed row by row: START, convolutions, toRGB
  uint64_t macs = 0;   // of its rows; of a MAP layer all
  uint64_t style = 0;  // of its gains, style biases and demodulation
};

// Layers of the picture at this quality (CGRT_BEST: the best present). Their sums are cgrt_macs.
std::vector<LayerCost> layer_costs(const CgmFile& file, uint32_t quality);

// Bytes of the file up to the end of a quality: a prefix that is a generator of its own.
size_t prefix_bytes(const CgmFile& file, uint32_t quality);

}  // namespace centigan
