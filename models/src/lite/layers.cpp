#include <algorithm>
#include <string>

#include "centigan/core/error.h"
#include "centigan/models/lite.h"

namespace centigan {
namespace {

constexpr int64_t kMaxWidth = 1024, kMaxConvs = 3, kMaxMaps = 8, kMaxLevels = 10,
                  kMostClasses = 65535;  // limits of the .cgm format

void require(bool holds, const std::string& field, const std::string& what, const std::string& hint) {
  if (!holds) fail_usage("models", "model." + field, what, hint);
}

void require_range(const std::string& field, int64_t value, int64_t least, int64_t most) {
  const std::string range = std::to_string(least) + " to " + std::to_string(most);
  require(value >= least && value <= most, field, std::to_string(value) + " is out of range", "lite takes " + range);
}

void check_widths(const std::string& field, const std::vector<int64_t>& widths, int64_t resolution) {
  const int64_t levels = static_cast<int64_t>(widths.size());
  int64_t needed = 1;
  while ((kLiteStart << (needed - 1)) < resolution) ++needed;
  require(levels == needed && (kLiteStart << (levels - 1)) == resolution, field,
          std::to_string(levels) + " widths do not give " + std::to_string(resolution) + " px",
          "one width a level from 4 px up: " + std::to_string(needed) + " widths, a resolution that is a power of two");
  for (int64_t width : widths) require_range(field, width, 1, kMaxWidth);
}

void check_convs(const LiteConfig& lite) {
  const int64_t given = static_cast<int64_t>(lite.level_convs.size()),
                levels = static_cast<int64_t>(lite.widths.size());
  require_range("lite.first_convs", lite.first_convs, 0, kMaxConvs);
  require(given == 1 || given == levels - 1, "lite.level_convs",
          std::to_string(given) + " numbers for " + std::to_string(levels - 1) + " levels above 4 px",
          "give one for all of them, or one for each");
  for (int64_t convs : lite.level_convs) require_range("lite.level_convs", convs, 0, kMaxConvs);
}

bool is_bits(int64_t bits) {
  return bits == 8 || bits == 6 || bits == 4;
}

void check_bits(const ModelConfig& config) {
  const LiteQuantConfig& quant = config.lite.quant;
  const auto in_format = [](int64_t bits) { return std::to_string(bits) + " bits are not in the format"; };
  const std::string known = "weights have 8, 6 or 4 bits";
  require(is_bits(quant.head_bits), "lite.quant.head_bits", in_format(quant.head_bits), known);
  if (quant.bits.empty()) return;
  const auto layers = lite_layers(config);
  require(quant.bits.size() == layers.size(), "lite.quant.bits",
          std::to_string(quant.bits.size()) + " numbers for " + std::to_string(layers.size()) + " layers",
          "one a layer in the order of the file, or none");
  for (size_t row = 0; row < layers.size(); ++row) {
    require(is_bits(quant.bits[row]), "lite.quant.bits", in_format(quant.bits[row]), known);
    require(quant.bits[row] == 8 || lite_packs(layers[row]), "lite.quant.bits",
            layers[row].name + " cannot have " + std::to_string(quant.bits[row]) + " bits", "it has 8 in the format");
  }
}

class LayerTable {
 public:
  explicit LayerTable(const ModelConfig& config) : config_(config), lite_(config.lite) {}

  std::vector<LiteLayer> build() {
    width_ = lite_input_size(config_);
    for (int64_t i = 0; i < lite_.mapping_layers; ++i) add(LiteOp::kMap, "map" + std::to_string(i), 0, lite_.w_dim);
    for (int64_t level = 0; level < static_cast<int64_t>(lite_.widths.size()); ++level) add_level(level);
    return table_;
  }

 private:
  void add_level(int64_t level) {
    const std::string block = "b" + std::to_string(kLiteStart << level) + "_";
    const int64_t width = lite_.widths[level], convs = convs_at(level);
    if (level == 0)
      add(LiteOp::kStart, "start", level, width);
    else
      add(LiteOp::kUp3, block + "up", level, width);
    for (int64_t i = 0; i < convs; ++i) add(LiteOp::kConv3, block + "conv" + std::to_string(i), level, width);
    if (level >= lite_.rgb_first) add(LiteOp::kToRgb, block + "rgb", level, config_.channels);
  }

  int64_t convs_at(int64_t level) const {
    if (level == 0) return lite_.first_convs;
    return lite_.level_convs.size() == 1 ? lite_.level_convs[0] : lite_.level_convs[level - 1];
  }

  int64_t inputs_of(LiteOp op) const { return op != LiteOp::kStart ? width_ : lite_.start_dense ? lite_.w_dim : 0; }

  void add(LiteOp op, const std::string& name, int64_t level, int64_t cout) {
    LiteLayer layer{op, name, level, inputs_of(op), cout};
    layer.gain = op != LiteOp::kMap;
    layer.demod = layer.convolves() && lite_.demodulate;
    layer.noise = layer.convolves() && lite_.noise;
    if (op != LiteOp::kToRgb) width_ = cout;
    table_.push_back(layer);
  }

  const ModelConfig& config_;
  const LiteConfig& lite_;
  int64_t width_ = 0;
  std::vector<LiteLayer> table_;
};

}  // namespace

void check_lite_config(const ModelConfig& config) {
  const LiteConfig& lite = config.lite;
  require_range("lite.z_dim", lite.z_dim, 1, kMaxWidth);
  require_range("lite.w_dim", lite.w_dim, 1, kMaxWidth);
  require_range("lite.mapping_layers", lite.mapping_layers, 0, kMaxMaps);
  require_range("classes", config.classes, 0, kMostClasses);
  require_range("lite.embed_dim", lite.embed_dim, 1, kMaxWidth);
  const std::string input = config.classes > 0 ? "z_dim and embed_dim together" : "z_dim";
  require(lite_input_size(config) <= kMaxWidth, "lite.embed_dim",
          "is too large beside a latent of " + std::to_string(lite.z_dim),
          input + " are at most " + std::to_string(kMaxWidth));
  require(lite.mapping_layers > 0 || lite_input_size(config) == lite.w_dim, "lite.w_dim",
          "differs from " + input + " without a mapping", "set lite.mapping_layers, or make both sizes equal");
  check_widths("lite.widths", lite.widths, config.resolution);
  check_widths("lite.d_widths", lite.d_widths, config.resolution);
  require_range("lite.rgb_first", lite.rgb_first, 0, static_cast<int64_t>(lite.widths.size()) - 1);
  check_convs(lite);
  require_range("lite.mbstd_group_size", lite.mbstd_group_size, 1, kMaxWidth);
  const LiteQuantConfig& quant = lite.quant;
  check_bits(config);
  require_range("lite.quant.phase_from", quant.phase_from, 0, kMaxLevels);
  require_range("lite.quant.head_level", quant.head_level, 0, kMaxLevels);
  require_range("lite.quant.calibration", quant.calibration, 1, 1 << 24);
  require(config.channels == 1 || config.channels == 3, "channels",
          "lite draws 1 or 3 channels, not " + std::to_string(config.channels), "use --model stylegan2 for alpha");
}

int64_t lite_input_size(const ModelConfig& config) {
  return config.lite.z_dim + (config.classes > 0 ? config.lite.embed_dim : 0);
}

std::vector<LiteLayer> lite_layers(const ModelConfig& config) {
  return LayerTable(config).build();
}

std::vector<LiteLayer> lite_student_layers(const ModelConfig& config) {
  auto layers = lite_layers(config);
  for (LiteLayer& layer : layers)
    if (layer.op == LiteOp::kUp3 && layer.level >= config.lite.quant.phase_from) layer.op = LiteOp::kUp2p;
  return layers;
}

std::vector<int64_t> lite_weight_bits(const ModelConfig& config) {
  const LiteQuantConfig& quant = config.lite.quant;
  if (!quant.bits.empty()) return quant.bits;
  std::vector<int64_t> bits;
  for (const LiteLayer& layer : lite_layers(config))
    bits.push_back(layer.convolves() && layer.level <= quant.head_level ? quant.head_bits : 8);
  return bits;
}

bool lite_packs(const LiteLayer& layer) {
  return layer.op != LiteOp::kToRgb && (layer.op != LiteOp::kStart || layer.dense());
}

int64_t lite_macs(const std::vector<LiteLayer>& layers, int64_t w_dim) {
  int64_t total = 0;
  for (const LiteLayer& layer : layers) {
    const int64_t pixels = layer.side() * layer.side(), pairs = layer.cin * layer.cout;
    const int64_t taps = layer.op == LiteOp::kUp2p ? 4 : layer.convolves() ? 9 : 1;
    total += layer.op == LiteOp::kMap ? pairs : taps * pairs * pixels;
    if (layer.gain) total += w_dim * (layer.op == LiteOp::kToRgb ? layer.cin : layer.cout);
    if (layer.demod) total += pairs;
  }
  return total;
}

}  // namespace centigan
