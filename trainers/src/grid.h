// Sample sheets: the same latents at every tick.
#pragma once
#include <string>
#include <vector>

#include "centigan/models/generator.h"

namespace centigan {

struct Samples {
  torch::Tensor images;  // float [count,C,H,W] on the device, as the generator gives them
  torch::Tensor labels;  // one-hot [count,c_dim], the classes in turn; undefined without classes
};

// Pictures of the runtime's seeds 0 … count-1 (so the sheet of a run and of its exported file show the same ones),
// without truncation, constant noise. In the mode that the network is in, without gradients.
Samples fixed_samples(Generator& generator, torch::Device device, int64_t c_dim, int64_t count);

// The same of other seeds.
Samples samples_of(Generator& generator, torch::Device device, int64_t c_dim, const std::vector<int64_t>& seeds);

// The seeds of a sheet, row by row: side x side; with classes a row for each of the first 32, whose seeds are those
// that draw it without being told (seed modulo classes).
std::vector<int64_t> sheet_seeds(int64_t classes, int64_t side);

// A sheet of 64 pictures, or 16 above 256 px, or of rows of 8 or 4 a class; the network is in eval mode meanwhile.
void write_sheet(const std::string& path, Generator& generator, torch::Device device, int64_t c_dim);

}  // namespace centigan
