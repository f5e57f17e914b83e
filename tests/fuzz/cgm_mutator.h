// Changes .cgm files the way their format is made, for the fuzzer and for the tests of damaged files.
#pragma once

#include <cstdint>
#include <vector>

#include "random_model.h"

namespace cgrt_test {

// One change: a field to a value at a border, a layer moved, doubled, removed or given other widths, kinds or flags
// with all offsets, sizes and the arena written anew, blobs filled with extremes, the end cut off. The check sums fit
// again, most of the time.
std::vector<uint8_t> mutate_model(std::vector<uint8_t> file, Dice& dice, size_t max_size);

}  // namespace cgrt_test
