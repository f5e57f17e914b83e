// How large the values of a float generator get: what the int8 scales are chosen from.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "centigan/models/lite.h"

namespace centigan {

struct LayerRange {
  double clip = 0;             // least squared error of an int8 code over [-clip, clip]
  double clipped = 0;          // share of values beyond
  torch::Tensor largest_gain;  // [cout] |gain|, and |gain * demodulation * sqrt 2|; mapping layers: undefined
  torch::Tensor largest_scale;
};

// Largest |value| and |gain| of every channel of a map, float64 [cout] on the CPU.
struct ChannelPeaks {
  torch::Tensor value, gain;
};

// One entry a layer (undefined where a layer makes no map), over `count` latents of (seed, "calibration").
std::vector<ChannelPeaks> measure_channels(LiteGenerator& generator, int64_t count, uint64_t seed);

// One entry a layer (toRGB: empty), over `count` latents of (seed, "calibration").
std::vector<LayerRange> measure_ranges(LiteGenerator& generator, int64_t count, uint64_t seed,
                                       const std::function<void(int64_t, int64_t)>& progress);

}  // namespace centigan
