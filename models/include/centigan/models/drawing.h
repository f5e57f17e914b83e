// Pictures of a generator: by seed, or of given latents.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "centigan/core/random.h"
#include "centigan/models/generator.h"

namespace centigan {

// What to draw; one picture a row.
struct DrawRequest {
  torch::Tensor z;            // [N,z_dim], or undefined
  torch::Tensor ws;           // [N,num_ws,w_dim] instead of z
  torch::Tensor labels;       // [N,c_dim], or undefined where the network takes none
  torch::Tensor noise_seeds;  // int64 [N]; not looked at without random noise
  double psi = 1.0;
  int64_t cutoff = -1;  // truncation of the first `cutoff` styles; negative: of all
  NoiseMode noise = NoiseMode::kRandom;
  int64_t count() const { return z.defined() ? z.size(0) : ws.size(0); }
};

// The class of a seed's picture where nobody names one: seed mod classes; 0 without classes.
int64_t class_of_seed(uint64_t seed, int64_t classes);

// One-hot labels [count,classes] of items first … first+count-1, drawn evenly by `stream`; undefined without classes.
torch::Tensor drawn_labels(const RandomStream& stream, int64_t first, int64_t count, int64_t classes);

// Latents that the C runtime draws for the same seeds, noise keyed by them, and the classes of the seeds.
DrawRequest request_of_seeds(const GeneratorShape& shape, const std::vector<uint64_t>& seeds);

// float32 [N,C,H,W] on the CPU, not clamped, drawn on `device`, where the generator is, in IEEE float32 and on all
// cores; what was set before comes back. A generator in training is one again afterwards. `watch` gets the number of
// pictures drawn so far; what it throws ends the work.
torch::Tensor draw_pictures(Generator& generator, const DrawRequest& request, torch::Device device,
                            const std::function<void(int64_t done)>& watch);

// The same with the threads and the arithmetic that are set; `watch` may be empty.
torch::Tensor draw_pictures_as_set(Generator& generator, const DrawRequest& request, torch::Device device,
                                   const std::function<void(int64_t done)>& watch = nullptr);

}  // namespace centigan
