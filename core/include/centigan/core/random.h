// Random numbers as a function of (seed, stream, index): resuming, micro-batches, logging or the number of workers
// change nothing. Threefry-2x32 with 20 rounds (Salmon et al., 2011), as in docs/cgm-format.md.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace centigan {

// Word `index` of the generator: counter index / 2, second word where index is odd.
uint32_t hash32(uint64_t seed, uint32_t stream, uint32_t index);

// One named sequence of draws. Element i of picture n with k draws a picture has index n*k + i, 64 bits wide (the high
// word is mixed into the stream).
class RandomStream {
 public:
  RandomStream(uint64_t seed, std::string_view name);  // stream id = CRC-32 of the name
  RandomStream(uint64_t seed, uint32_t id) : seed_(seed), id_(id) {}

  // float32 [count, width] on the CPU for pictures first … first+count-1; uniform in [0,1) (24 bits) or N(0,1).
  torch::Tensor uniform(int64_t first, int64_t count, int64_t width) const;
  torch::Tensor normal(int64_t first, int64_t count, int64_t width) const;
  // One integer in [0, bound) for index.
  int64_t integer(int64_t index, int64_t bound) const;
  // A permutation of 0 … n-1 that belongs to `epoch`.
  std::vector<int64_t> permutation(int64_t epoch, int64_t n) const;

 private:
  uint32_t bits(uint64_t index) const;
  uint64_t seed_;
  uint32_t id_;
};

// N(0,1), float32 [N, width] on `device`: row i is RandomStream(seeds[i], name).normal(0, 1, width). seeds: int64 [N] on
// the CPU. On CUDA by a kernel of the plugin, which does not make the caller wait and whose values may differ from the
// CPU's in their last bit (the GPU's logarithm); without the plugin they are drawn on the CPU.
torch::Tensor normal_rows(const torch::Tensor& seeds, std::string_view name, int64_t width, torch::Device device);

// The latent the C runtime draws for a seed (stream 1, the 1024-quantile table, Q12 / 4096): float32 [size].
torch::Tensor runtime_latent(uint64_t seed, int64_t size);

}  // namespace centigan
