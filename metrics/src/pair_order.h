// The order in which distances of pairs are found, so that few pictures' maps are held and each is found once.
#pragma once
#include "centigan/metrics/diversity.h"

namespace centigan {

// Different pairs, (low, high), in an order in which a picture's pairs stand close together: always the picture next
// that has the fewest pairs left among those that were met.
IndexPairs elimination_order(const IndexPairs& pairs);

}  // namespace centigan
