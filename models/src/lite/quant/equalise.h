// The same float generator with its channels brought to one size, so that int8 codes serve all of them alike.
#pragma once
#include <cstdint>
#include <memory>

#include "centigan/models/lite.h"

namespace centigan {

// A copy that draws the same pictures (up to rounding). A channel's gain divided by s and the weights that read it
// multiplied by s change nothing; s balances the channel's largest value against its largest weight (cross-layer
// equalization, Nagel et al., 2019) and brings the largest gain of a layer to 4. A demodulated filter may have any
// size: all of a layer get the same largest energy, which is stored in 8 bits.
std::shared_ptr<LiteGenerator> equalised(LiteGenerator& generator, uint64_t seed);

}  // namespace centigan
