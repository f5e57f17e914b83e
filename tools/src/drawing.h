// Drawing pictures with a trained network, in batches that a signal can stop.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "centigan/trainers/train.h"

namespace centigan {

// What to draw: N latents or N style vectors.
struct DrawRequest {
  torch::Tensor z;            // [N,z_dim], or undefined
  torch::Tensor ws;           // [N,num_ws,w_dim] instead of z
  torch::Tensor labels;       // [N,c_dim], or undefined where the network takes none
  torch::Tensor noise_seeds;  // int64 [N]
  double psi = 1.0;
  int64_t cutoff = -1;  // truncation of the first `cutoff` styles; negative: of all
  NoiseMode noise = NoiseMode::kRandom;
  int64_t count() const { return z.defined() ? z.size(0) : ws.size(0); }
};

// Latents that the C runtime draws for the same seeds, noise keyed by them, and seed mod classes as the class.
DrawRequest request_of_seeds(const GeneratorShape& shape, const std::vector<uint64_t>& seeds);

// float32 [N,C,H,W] on the CPU, not clamped. `verb` names the work in messages.
torch::Tensor draw(Run& run, const DrawRequest& request, const std::string& verb, bool quiet);

// Ends the work of `verb` (Error, exit 1) if a signal asked for it. `done` says how far it came.
void leave_if_stopped(const std::string& verb, const std::string& done);

// seed00000.png, … in `folder`, and grid.png with all of them if there is more than one; `images` uint8 [N,C,H,W].
void write_pictures(const std::string& folder, const torch::Tensor& images, const std::vector<uint64_t>& seeds);
std::string picture_name(uint64_t seed);

}  // namespace centigan
