#include <cmath>
#include <string>
#include <vector>

#include "centigan/core/error.h"
#include "centigan/models/stylegan2.h"

namespace centigan {
namespace {

void require_stylegan2(bool holds, const std::string& field, int64_t value, const std::string& hint) {
  if (!holds) fail_usage("models", "model.stylegan2." + field, std::to_string(value) + " does not fit", hint);
}

void require_size(const std::string& field, int64_t value, int64_t least, int64_t most) {
  require_stylegan2(value >= least && value <= most, field, value,
                    "it must be from " + std::to_string(least) + " to " + std::to_string(most));
}

void require_architecture(const std::string& field, const std::string& value) {
  for (const char* known : {"skip", "orig", "resnet"})
    if (value == known) return;
  fail_usage("models", "model.stylegan2." + field, "'" + escaped(value) + "' is no architecture",
             did_you_mean(value, std::vector<std::string>{"skip", "orig", "resnet"}, "one of skip, orig, resnet"));
}

}  // namespace

void check_stylegan2_config(const ModelConfig& config) {
  const StyleGan2Config& c = config.stylegan2;
  require_size("z_dim", c.z_dim, 1, 8192);
  require_size("w_dim", c.w_dim, 1, 8192);
  require_size("mapping_layers", c.mapping_layers, 1, 64);
  require_size("channel_base", c.channel_base, config.resolution, 1 << 20);
  require_size("channel_max", c.channel_max, 1, 8192);
  require_architecture("g_architecture", c.g_architecture);
  require_architecture("d_architecture", c.d_architecture);
  require_size("base_width", c.base_width, 1, 64);
  require_size("base_height", c.base_height, 1, 64);
  require_size("num_fp16_res", c.num_fp16_res, 0, 16);
  require_size("conv_clamp", static_cast<int64_t>(std::floor(c.conv_clamp)), 0, 1 << 20);
  require_size("mbstd_group_size", c.mbstd_group_size, 0, 1 << 20);
  require_size("mbstd_num_channels", c.mbstd_num_channels, 0, stylegan2_channels(c, 4));
  require_stylegan2(c.mbstd_num_channels == 0 || stylegan2_channels(c, 4) % c.mbstd_num_channels == 0,
                    "mbstd_num_channels", c.mbstd_num_channels,
                    "it must divide the channels at 4 px, " + std::to_string(stylegan2_channels(c, 4)));
}

}  // namespace centigan
