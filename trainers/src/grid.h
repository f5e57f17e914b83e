// Sample sheets: the same latents at every tick.
#pragma once
#include <string>

#include "centigan/models/generator.h"

namespace centigan {

struct Samples {
  torch::Tensor images;  // float [count,C,H,W] on the device, as the generator gives them
  torch::Tensor labels;  // one-hot [count,c_dim], the classes in turn; undefined without classes
};

// Pictures of the runtime's seeds 0 … count-1 (so the sheet of a run and of its exported file show the same ones),
// without truncation, constant noise. In the mode that the network is in, without gradients.
Samples fixed_samples(Generator& generator, torch::Device device, int64_t c_dim, int64_t count);

// A sheet of 64 of them, or 16 above 256 px; the network is in eval mode meanwhile.
void write_sheet(const std::string& path, Generator& generator, torch::Device device, int64_t c_dim);

}  // namespace centigan
