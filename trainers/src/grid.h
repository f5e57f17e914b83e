// Sample sheets: the same latents at every tick.
#pragma once
#include <string>

#include "centigan/models/generator.h"

namespace centigan {

// 64 pictures of the runtime's seeds 0 … 63 (so the sheet of a run and of its exported file show the same ones),
// without truncation, constant noise; the network is in eval mode meanwhile.
void write_sheet(const std::string& path, Generator& generator, torch::Device device, int64_t c_dim);

}  // namespace centigan
