// Configuration of the `lite` family: a generator in the grammar of the C runtime, and its small discriminator.
#pragma once
#include <cstdint>
#include <vector>

#include "centigan/core/config.h"

namespace centigan {

struct LiteConfig {
  int64_t z_dim = 128, w_dim = 128;
  int64_t mapping_layers = 2;
  std::vector<int64_t> widths = {64, 64, 48, 32};  // one a level, from 4 px up; resolution = 4 << (levels - 1)
  int64_t rgb_first = 2;                           // first level with a toRGB (2: 16 px)
  int64_t first_convs = 1, level_convs = 1;        // CONV3 after START, and after each UP3
  bool demodulate = true;
  bool noise = false;
  std::vector<int64_t> d_widths = {96, 96, 64, 32};  // discriminator, from 4 px up
  int64_t mbstd_group_size = 4;
};

inline void visit(ConfigVisitor& v, LiteConfig& c) {
  v.field("z_dim", c.z_dim, "Size of the latent.");
  v.field("w_dim", c.w_dim, "Size of the style vector.");
  v.field("mapping_layers", c.mapping_layers, "Layers of the mapping network.");
  v.field("widths", c.widths, "Channels of the generator a level, from 4 px up.");
  v.field("rgb_first", c.rgb_first, "First level that adds to the picture (2: 16 px).");
  v.field("first_convs", c.first_convs, "3x3 convolutions at 4 px.");
  v.field("level_convs", c.level_convs, "3x3 convolutions after the upsampling one of each level.");
  v.field("demodulate", c.demodulate, "Demodulate every convolution against the gains before it.");
  v.field("noise", c.noise, "Add noise before the activation of every convolution.");
  v.field("d_widths", c.d_widths, "Channels of the discriminator a level, from 4 px up.");
  v.field("mbstd_group_size", c.mbstd_group_size, "Group of the minibatch standard deviation.");
}

}  // namespace centigan
