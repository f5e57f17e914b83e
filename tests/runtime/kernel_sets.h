// Every kernel set that this CPU can run, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "draw.h"

namespace cgrt_test {

// Names, the fastest first; the last is "portable" or the only set of this machine.
std::vector<std::string> kernel_sets();

// draw() of draw.h with set number `set` of them instead of the fastest.
Drawn draw_with(size_t set, const cgrt_model& model, uint64_t seed, uint32_t label = 0,
                const cgrt_options* options = nullptr, uint8_t fill = 0xA5);

}  // namespace cgrt_test
