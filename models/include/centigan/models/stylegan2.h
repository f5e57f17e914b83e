// The `stylegan2` family: mapping, synthesis and discriminator in all published architectures. Parameters carry the
// official state-dict names. Method: Karras et al., "Analyzing and Improving the Image Quality of StyleGAN", 2020.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>

#include "centigan/models/model.h"

namespace centigan {

// Usage errors name the field: sizes below one, a channel_base below the resolution, groups that do not divide.
void check_stylegan2_config(const ModelConfig& config);

// min(channel_base / resolution, channel_max).
int64_t stylegan2_channels(const StyleGan2Config& config, int64_t resolution);

// fromrgb, conv0, conv1 and skip of every block; the last one, at 4 px, is never frozen.
int64_t stylegan2_freezable_layers(const ModelConfig& config);

std::shared_ptr<Generator> make_stylegan2_generator(const ModelConfig& config, uint64_t seed);
std::shared_ptr<Discriminator> make_stylegan2_discriminator(const ModelConfig& config, uint64_t seed);

// x / sqrt(mean over dim 1 of x^2 + 1e-8).
torch::Tensor normalize_2nd_moment(const torch::Tensor& x);

// x [N,C,H,W] -> [N,C+features,H,W]: the standard deviation over each group of pictures, averaged over pixels and over
// C/features channels. Groups are strided: picture n belongs to group n mod (N / group_size). group_size is cut to N, 0
// means N; one that does not divide N: Error.
torch::Tensor minibatch_std(const torch::Tensor& x, int64_t group_size, int64_t features);

}  // namespace centigan
