// Configuration of the `biggan` family (Brock et al., 2019). Names are those of the PyTorch release, in lower case.
#pragma once
#include <cstdint>
#include <string>

#include "centigan/core/config.h"

namespace centigan {

struct BigGanConfig {
  int64_t g_ch = 96, d_ch = 96;
  int64_t dim_z = 120;
  std::string g_attn = "64", d_attn = "64";  // resolutions joined by '_'; "0": none
  bool g_shared = true;
  int64_t shared_dim = 128;  // 0: dim_z
  bool hier = true;
  bool d_wide = true;
  std::string init = "ortho";  // ortho, N02, xavier
  double sn_eps = 1e-8, bn_eps = 1e-5;
  std::string eval_stats = "running";  // running, batch
};

inline void visit(ConfigVisitor& v, BigGanConfig& c) {
  v.field("g_ch", c.g_ch, "Channel multiplier of the generator.");
  v.field("d_ch", c.d_ch, "Channel multiplier of the discriminator.");
  v.field("dim_z", c.dim_z, "Size of the latent; hier uses the largest multiple of its parts.");
  v.field("g_attn", c.g_attn, "Resolutions with self-attention in the generator, as in 32_64; 0 for none.");
  v.field("d_attn", c.d_attn, "Resolutions with self-attention in the discriminator, as in 32_64; 0 for none.");
  v.field("g_shared", c.g_shared, "One embedding of the classes for all norms; otherwise a table for each.");
  v.field("shared_dim", c.shared_dim, "Size of the shared embedding; 0 takes dim_z.");
  v.field("hier", c.hier, "Every block gets a part of the latent.");
  v.field("d_wide", c.d_wide, "Hidden channels of the discriminator's blocks: those behind it, or those before.");
  v.field("init", c.init, "First weights: ortho, N02 (normal, 0.02) or xavier.");
  v.field("sn_eps", c.sn_eps, "Least norm that spectral normalisation divides by.");
  v.field("bn_eps", c.bn_eps, "Added to the variance in batch norms.");
  v.field("eval_stats", c.eval_stats,
          "Statistics of norms outside training: running, or batch (of the pictures that are drawn together).");
}

}  // namespace centigan
