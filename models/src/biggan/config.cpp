#include <string>
#include <vector>

#include "centigan/core/curve.h"
#include "centigan/core/error.h"
#include "centigan/models/biggan.h"
#include "layout.h"

namespace centigan {
namespace {

void require_biggan(bool fits, const std::string& field, const std::string& value, const std::string& hint) {
  if (!fits) fail_usage("models", "model." + field, "'" + escaped(value) + "' does not fit biggan", hint);
}

void require_biggan_range(const std::string& field, int64_t value, int64_t least, int64_t most) {
  require_biggan(value >= least && value <= most, "biggan." + field, std::to_string(value),
                 "it must be from " + std::to_string(least) + " to " + std::to_string(most));
}

void require_epsilon(const std::string& field, double value) {
  require_biggan(value > 0.0 && value < 1.0, "biggan." + field, Curve(value).text(), "it must be above 0 and below 1");
}

// Queries and keys of self-attention have an eighth of the channels.
void require_attention(const std::string& field, const std::string& text, const std::vector<BigGanBlock>& blocks) {
  std::vector<int64_t> resolutions;
  require_biggan(read_attention(text, resolutions), "biggan." + field, text,
                 "it lists resolutions as in 32_64; 0 for none");
  for (const BigGanBlock& block : blocks)
    require_biggan(!block.attends || block.out >= 8, "biggan." + field, text,
                   "self-attention needs 8 channels, and that block has " + std::to_string(block.out));
}

void require_codes(const ModelConfig& config) {
  const BigGanConfig& c = config.biggan;
  const int64_t rows = biggan_codes(config).rows;
  require_biggan_range("dim_z", c.dim_z, rows, 8192);
  require_biggan_range("shared_dim", c.shared_dim, 0, 8192);
  require_biggan(!c.hier || c.g_shared || config.classes == 0, "biggan.hier", "true",
                 "hierarchical latents need model.biggan.g_shared = true");
  require_biggan(c.hier || config.classes > 0, "biggan.hier", "false",
                 "without classes the norms are steered by parts of the latent: model.biggan.hier = true");
}

}  // namespace

void check_biggan_config(const ModelConfig& config) {
  const int64_t r = config.resolution;
  const BigGanConfig& c = config.biggan;
  require_biggan(r == 32 || r == 64 || r == 128 || r == 256, "resolution", std::to_string(r), "32, 64, 128 or 256");
  require_biggan(config.precision != "fp16", "precision", config.precision, "it takes float32, bf16 or auto");
  require_biggan_range("g_ch", c.g_ch, 1, 1024);
  require_biggan_range("d_ch", c.d_ch, 1, 1024);
  require_attention("g_attn", c.g_attn, biggan_g_blocks(config));
  require_attention("d_attn", c.d_attn, biggan_d_blocks(config));
  require_codes(config);
  require_biggan(c.init == "ortho" || c.init == "N02" || c.init == "xavier", "biggan.init", c.init,
                 did_you_mean(c.init, std::vector<std::string>{"ortho", "N02", "xavier"}, "ortho, N02 or xavier"));
  require_biggan(c.eval_stats == "running" || c.eval_stats == "batch", "biggan.eval_stats", c.eval_stats,
                 "running or batch");
  require_epsilon("sn_eps", c.sn_eps);
  require_epsilon("bn_eps", c.bn_eps);
}

}  // namespace centigan
