// The float forward pass along the layer table, with a look at every map for those who measure ranges.
#pragma once
#include <torch/types.h>

#include <functional>
#include <vector>

#include "centigan/models/lite.h"

namespace centigan {

// Called for every layer that makes a map or a style vector: its row, its values, and the scale [N,cout] (gain,
// demodulation, sqrt 2) its activations were multiplied by (undefined for mapping layers).
using LiteObserver = std::function<void(size_t row, const torch::Tensor& values, const torch::Tensor& scale)>;

// z [N,z_dim] -> w [N,w_dim].
torch::Tensor lite_float_mapping(const std::vector<LiteUnit>& units, const torch::Tensor& z,
                                 const LiteObserver& observe = {});

// w [N,w_dim] -> pictures; maps are computed in `type`.
torch::Tensor lite_float_synthesis(const std::vector<LiteUnit>& units, const torch::Tensor& w,
                                   const SynthesisOptions& options, torch::ScalarType type,
                                   const LiteObserver& observe = {});

}  // namespace centigan
