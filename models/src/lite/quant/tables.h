// The per-image channel table of the runtime (docs/cgm-format.md, 3.6) with gradients: exact integers forward, the
// smooth formula backward. Everything is float64.
#pragma once
#include <torch/types.h>

#include "integers.h"

namespace centigan {

// AFF: Q12 gains [N,rows] of integer style vectors w [N,style].
torch::Tensor integer_gains(const LayerIntegers& layer, const torch::Tensor& w);

// Multipliers for u >= 0 and u < 0, [N,cout]; the second is a constant.
struct ChannelTable {
  torch::Tensor positive, negative;
};
// `gains` of this layer and of its producer (both [N,·], undefined: 4096).
ChannelTable channel_table(const LiteStudentUnitImpl& unit, const LayerIntegers& layer, const torch::Tensor& gains,
                           const torch::Tensor& producer_gains);

// MN of MP.
torch::Tensor negative_multiplier(const torch::Tensor& positive);

}  // namespace centigan
