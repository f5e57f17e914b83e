// The float forward pass along the layer table, with a look at every map for those who measure ranges.
#pragma once
#include <torch/types.h>

#include <vector>

#include "centigan/models/lite.h"

namespace centigan {

// z [N,z_dim] -> w [N,w_dim].
torch::Tensor lite_float_mapping(const std::vector<LiteUnit>& units, const torch::Tensor& z,
                                 const LiteObserver& observe = {});

// w [N,w_dim] -> pictures; maps are computed in `type`.
torch::Tensor lite_float_synthesis(const std::vector<LiteUnit>& units, const torch::Tensor& w,
                                   const SynthesisOptions& options, torch::ScalarType type,
                                   const LiteObserver& observe = {});

}  // namespace centigan
