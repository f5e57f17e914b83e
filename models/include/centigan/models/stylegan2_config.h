// Configuration of the `stylegan2` family (Karras et al., 2020). Names are the published ones.
#pragma once
#include <cstdint>
#include <string>

#include "centigan/core/config.h"

namespace centigan {

struct StyleGan2Config {
  int64_t z_dim = 512, w_dim = 512;
  int64_t mapping_layers = 8;
  int64_t channel_base = 32768, channel_max = 512;
  std::string g_architecture = "skip", d_architecture = "resnet";  // orig, skip, resnet
  int64_t base_width = 4, base_height = 4;  // of the first map; pictures are resolution / 4 times that
  int64_t num_fp16_res = 4;
  double conv_clamp = 0.0;  // 0: none
  int64_t mbstd_group_size = 4, mbstd_num_channels = 1;
};

inline void visit(ConfigVisitor& v, StyleGan2Config& c) {
  v.field("z_dim", c.z_dim, "Size of the latent.");
  v.field("w_dim", c.w_dim, "Size of the style vector.");
  v.field("mapping_layers", c.mapping_layers, "Layers of the mapping network.");
  v.field("channel_base", c.channel_base, "Channels at a resolution r are min(channel_base / r, channel_max).");
  v.field("channel_max", c.channel_max, "Upper limit of the channels.");
  v.field("g_architecture", c.g_architecture, "Blocks of the generator: skip, orig or resnet.");
  v.field("d_architecture", c.d_architecture, "Blocks of the discriminator: resnet, orig or skip.");
  v.field("base_width", c.base_width, "Width of the first map; pictures are model.resolution / 4 times as wide.");
  v.field("base_height", c.base_height, "Height of the first map; pictures are model.resolution / 4 times as high.");
  v.field("num_fp16_res", c.num_fp16_res, "Highest resolutions that use the half type of model.precision.");
  v.field("conv_clamp", c.conv_clamp, "Clamp of convolution outputs; 0 clamps nothing.");
  v.field("mbstd_group_size", c.mbstd_group_size, "Group of the minibatch standard deviation.");
  v.field("mbstd_num_channels", c.mbstd_num_channels, "Channels of the minibatch standard deviation.");
}

}  // namespace centigan
