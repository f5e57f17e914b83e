// First values of a short unit (elastic.h).
#pragma once
#include <cstdint>

#include "centigan/models/lite.h"

namespace centigan {

// `unit` imitates the layer of `generator` whose name its own begins with, from what the first layer of its level
// reads: weights by least squares of the sums, their scale by the ratio of the maps. Latents of (seed, "elastic").
void fit_short_unit(LiteGenerator& generator, LiteUnitImpl& unit, uint64_t seed);

}  // namespace centigan
