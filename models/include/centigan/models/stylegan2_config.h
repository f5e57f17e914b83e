// Configuration of the `stylegan2` family (Karras et al., 2020). Names are the published ones.
#pragma once
#include <cstdint>

#include "centigan/core/config.h"

namespace centigan {

struct StyleGan2Config {
  int64_t z_dim = 512, w_dim = 512;
  int64_t mapping_layers = 8;
  int64_t channel_base = 32768, channel_max = 512;
  double conv_clamp = 0.0;  // 0: none
  int64_t mbstd_group_size = 4, mbstd_num_channels = 1;
};

inline void visit(ConfigVisitor& v, StyleGan2Config& c) {
  v.field("z_dim", c.z_dim, "Size of the latent.");
  v.field("w_dim", c.w_dim, "Size of the style vector.");
  v.field("mapping_layers", c.mapping_layers, "Layers of the mapping network.");
  v.field("channel_base", c.channel_base, "Channels at a resolution r are min(channel_base / r, channel_max).");
  v.field("channel_max", c.channel_max, "Upper limit of the channels.");
  v.field("conv_clamp", c.conv_clamp, "Clamp of convolution outputs; 0 clamps nothing.");
  v.field("mbstd_group_size", c.mbstd_group_size, "Group of the minibatch standard deviation.");
  v.field("mbstd_num_channels", c.mbstd_num_channels, "Channels of the minibatch standard deviation.");
}

}  // namespace centigan
