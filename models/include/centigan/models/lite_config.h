// Configuration of the `lite` family: a generator in the grammar of the C runtime, and its small discriminator.
#pragma once
#include <cstdint>
#include <vector>

#include "centigan/core/config.h"

namespace centigan {

// How a generator becomes integers.
struct LiteQuantConfig {
  int64_t phase_from = 2;  // upsampling layers of this level and above become four 2x2 phase kernels
  int64_t head_bits = 8;   // bits of the convolution weights at the levels up to head_level: 8, 6 or 4
  int64_t head_level = 2;
  std::vector<int64_t> bits;    // of the weights, one number a layer of the layer table; empty: as head_bits says
  int64_t calibration = 10240;  // latents over which ranges are measured
};

inline void visit(ConfigVisitor& v, LiteQuantConfig& c) {
  v.field("phase_from", c.phase_from, "Level from which upsampling layers run as 2x2 phase kernels (4/9 of the work).");
  v.field("head_bits", c.head_bits, "Bits of the convolution weights up to head_level: 8, 6 or 4.");
  v.field("head_level", c.head_level, "Last level with head_bits weights.");
  v.field("bits", c.bits,
          "Bits of the weights of every layer (8, 6 or 4), in the order of the file; empty: head_bits.");
  v.field("calibration", c.calibration, "Latents over which the ranges of the integers are measured.");
}

struct LiteConfig {
  int64_t z_dim = 128, w_dim = 128;
  int64_t embed_dim = 32;  // of a class, beside the latent; without classes there is none
  int64_t mapping_layers = 2;
  std::vector<int64_t> widths = {64, 64, 48, 32};  // one a level, from 4 px up; resolution = 4 << (levels - 1)
  int64_t rgb_first = 2;                           // first level with a toRGB (2: 16 px)
  int64_t first_convs = 1;                         // CONV3 after START
  std::vector<int64_t> level_convs = {1};  // and after each UP3: one number for all, or one a level from 8 px up
  bool start_dense = true;                 // the style moves the first map itself, not only its gains
  bool demodulate = true;
  bool noise = false;
  std::vector<int64_t> d_widths = {96, 96, 64, 32};  // discriminator, from 4 px up
  int64_t mbstd_group_size = 4;
  bool int8 = false;  // a LiteStudent instead of a float generator
  LiteQuantConfig quant;
};

inline void visit(ConfigVisitor& v, LiteConfig& c) {
  v.field("z_dim", c.z_dim, "Size of the latent.");
  v.field("w_dim", c.w_dim, "Size of the style vector.");
  v.field("embed_dim", c.embed_dim, "Size of a class's embedding, which the mapping sees beside the latent.");
  v.field("mapping_layers", c.mapping_layers, "Layers of the mapping network.");
  v.field("widths", c.widths, "Channels of the generator a level, from 4 px up.");
  v.field("rgb_first", c.rgb_first, "First level that adds to the picture (2: 16 px).");
  v.field("first_convs", c.first_convs, "3x3 convolutions at 4 px.");
  v.field("level_convs", c.level_convs,
          "3x3 convolutions after the upsampling one: one number for all levels, or one a level from 8 px up.");
  v.field("start_dense", c.start_dense,
          "The style moves the first map itself (16 * w_dim weights a channel), not only its gains.");
  v.field("demodulate", c.demodulate, "Demodulate every convolution against the gains before it.");
  v.field("noise", c.noise, "Add noise before the activation of every convolution.");
  v.field("d_widths", c.d_widths, "Channels of the discriminator a level, from 4 px up.");
  v.field("mbstd_group_size", c.mbstd_group_size, "Group of the minibatch standard deviation.");
  v.field("int8", c.int8, "Compute with the integers of the exported file; set by `centigan distill`.");
  v.group("quant", c.quant);
}

}  // namespace centigan
