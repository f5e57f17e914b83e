#include "layout.h"

#include <algorithm>
#include <charconv>

namespace centigan {
namespace {

// Output channels of the blocks in units of g_ch and d_ch. A block's input is the output of the one before.
std::vector<int64_t> g_multipliers(int64_t resolution) {
  if (resolution == 32) return {4, 4, 4};
  if (resolution == 64) return {16, 8, 4, 2};
  if (resolution == 128) return {16, 8, 4, 2, 1};
  return {16, 8, 8, 4, 2, 1};
}

std::vector<int64_t> d_multipliers(int64_t resolution) {
  if (resolution == 32) return {4, 4, 4, 4};
  if (resolution == 64) return {1, 2, 4, 8, 16};
  if (resolution == 128) return {1, 2, 4, 8, 16, 16};
  return {1, 2, 4, 8, 8, 16, 16};
}

bool holds(const std::vector<int64_t>& values, int64_t value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

}  // namespace

bool read_attention(const std::string& text, std::vector<int64_t>& resolutions) {
  const char *at = text.data(), *end = at + text.size();
  while (true) {
    int64_t value = -1;
    const auto read = std::from_chars(at, end, value);
    if (read.ec != std::errc() || value < 0) return false;
    resolutions.push_back(value);
    if (read.ptr == end) return true;
    if (*read.ptr != '_') return false;
    at = read.ptr + 1;
  }
}

std::vector<BigGanBlock> biggan_g_blocks(const ModelConfig& config) {
  std::vector<int64_t> attention;
  read_attention(config.biggan.g_attn, attention);
  std::vector<BigGanBlock> blocks;
  int64_t resolution = 8, in = g_multipliers(config.resolution)[0];
  for (const int64_t out : g_multipliers(config.resolution)) {
    blocks.push_back(
        {in * config.biggan.g_ch, out * config.biggan.g_ch, resolution, true, holds(attention, resolution)});
    in = out, resolution *= 2;
  }
  return blocks;
}

std::vector<BigGanBlock> biggan_d_blocks(const ModelConfig& config) {
  std::vector<int64_t> attention;
  read_attention(config.biggan.d_attn, attention);
  const bool small = config.resolution == 32;  // shrinks twice only; listed at 16 px throughout
  std::vector<BigGanBlock> blocks;
  const std::vector<int64_t> multipliers = d_multipliers(config.resolution);
  int64_t resolution = config.resolution, in = config.channels;
  for (size_t i = 0; i < multipliers.size(); ++i) {
    const bool shrinks = small ? i < 2 : i + 1 < multipliers.size();
    resolution = small ? 16 : shrinks ? resolution / 2 : resolution;
    const int64_t out = multipliers[i] * config.biggan.d_ch;
    blocks.push_back({in, out, resolution, shrinks, holds(attention, resolution)});
    in = out;
  }
  return blocks;
}

BigGanCodes biggan_codes(const ModelConfig& config) {
  const BigGanConfig& c = config.biggan;
  BigGanCodes codes;
  codes.rows = c.hier ? static_cast<int64_t>(g_multipliers(config.resolution).size()) + 1 : 1;
  codes.chunk = c.dim_z / codes.rows;
  codes.label = config.classes == 0 || !c.g_shared ? config.classes : c.shared_dim > 0 ? c.shared_dim : c.dim_z;
  codes.norm_input = codes.label + (c.hier ? codes.chunk : 0);
  return codes;
}

}  // namespace centigan
