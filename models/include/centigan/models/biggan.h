// The `biggan` family: class-conditional generator and projection discriminator under spectral norm, at 32, 64, 128 and
// 256 px. Parameters and buffers carry the names of the PyTorch release. Method: Brock et al., "Large Scale GAN
// Training for High Fidelity Natural Image Synthesis", 2019; unconditional form as in StudioGAN.
//
// Style vectors: row i of ws is [label, part i of z]. Part 0 makes the first map, row i + 1 steers block i. Without
// hierarchical latents there is one row. The label is the shared embedding, or c itself.
//
// Training mode is as published: batch statistics, and one step of the power iteration in every forward pass that
// stays. In evaluation mode norms use running statistics, and the step is done but not kept.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "centigan/models/model.h"

namespace centigan {

// Usage errors name the field, its value and the limit.
void check_biggan_config(const ModelConfig& config);

std::shared_ptr<Generator> make_biggan_generator(const ModelConfig& config, uint64_t seed);
std::shared_ptr<Discriminator> make_biggan_discriminator(const ModelConfig& config, uint64_t seed);

// Standing statistics: running means and variances become the averages over one training-mode pass for each (z, c) of
// `batches`; published with 16. As there, the passes also advance the power iterations. Nothing happens to generators
// without running statistics.
void set_standing_statistics(Generator& generator, const std::vector<std::pair<torch::Tensor, torch::Tensor>>& batches);

}  // namespace centigan
