#include "centigan/compress/plan.h"

#include <algorithm>

namespace centigan {
namespace {

int64_t al8(int64_t n) {
  return (n + 7) / 8 * 8;
}
int64_t side_at(int64_t level) {
  return kLiteStart << level;
}
int64_t map_bytes(int64_t level, int64_t channels) {
  return al8(side_at(level) * side_at(level) * channels);
}

int64_t table_bytes(const QuantizedLite& model, const LiteLayer& layer) {
  if (layer.op == LiteOp::kMap) return 0;
  return layer.op == LiteOp::kToRgb ? al8(2 * model.channels * layer.cin) : al8(12 * layer.cout);
}

int64_t filter_elements(const LiteLayer& layer) {
  return layer.cin * (layer.op == LiteOp::kUp2p ? 4 : layer.convolves() ? 9 : 1);
}

int64_t rgb_map_bytes(const QuantizedLite& model, int64_t level) {
  if (level < model.rgb_first || level < 0) return 0;
  return al8(4 * model.channels * side_at(level) * side_at(level));
}

int64_t al4(int64_t n) {
  return (n + 3) / 4 * 4;
}

// Rows of the weights, and elements of each.
int64_t filter_count(const LiteLayer& layer) {
  if (layer.op == LiteOp::kStart) return layer.dense() ? kLiteStart * kLiteStart * layer.cout : 0;
  return layer.cout * (layer.op == LiteOp::kUp2p ? 4 : 1);
}

// Every blob starts at a multiple of 8.
int64_t layer_bytes(const QuantizedLayer& q, int64_t style) {
  const LiteLayer& layer = q.layer;
  const int64_t gains = layer.gain ? (layer.op == LiteOp::kToRgb ? layer.cin : layer.cout) : 0;
  int64_t total = al8(filter_count(layer) * al4((filter_elements(layer) * q.weight_bits + 7) / 8));
  total += al8(8 * layer.cout) + al8(gains * al4(style)) + al8(8 * gains);
  if (layer.demod) total += al8(layer.cout * al4(layer.cin));
  if (layer.noise) total += al8(2 * layer.cout);
  if (layer.op == LiteOp::kStart) total += al8(kLiteStart * kLiteStart * layer.cout);
  return total;
}

// The CLAS chunk.
int64_t names_bytes(const QuantizedLite& model) {
  int64_t names = 0;
  for (const std::string& name : model.class_names) names += static_cast<int64_t>(name.size()) + 1;
  return model.class_names.empty() ? 0 : al8(16 + names);
}

// One walk over the layers of the picture adds up every term of the formula.
class ArenaSum {
 public:
  ArenaSum(const QuantizedLite& model, int64_t level, int64_t handover, int64_t unit)
      : model_(model),
        level_(level),
        handover_(std::min(handover, level)),
        unit_(unit),
        vector_(al8(model.input_size())) {
    for (const QuantizedLayer& layer : model.layers)
      if (layer.layer.level <= level) add(layer);
  }

  int64_t bytes() const {
    const int64_t shared = std::min(handover_, level_ - 1);
    const int64_t rgb_maps = rgb_map_bytes(model_, shared) + rgb_map_bytes(model_, shared - 1);
    const int64_t wide = unit_ == 2 ? al8(6 * widest_row_) : 0;
    return 2 * vector_ + al8(8 * static_cast<int64_t>(model_.layers.size())) + gains_ + filter_ + tables() + rgb_maps +
           maps() + wide + al8(3 * side_at(level_)) + al8(4 * model_.channels * side_at(level_));
  }

  // What a convolution finds free: between its two maps, or between line buffers and the map that the tail reads.
  int64_t scratch(const LiteLayer& layer) const {
    if (layer.level > handover_) return tables() - tail_table_ + maps() - hand_ - line_buffers();
    const int64_t in_level = layer.level - (layer.op == LiteOp::kConv3 ? 0 : 1);
    return tables() - head_table_ + maps() - map_bytes(in_level, layer.cin) - map_bytes(layer.level, layer.cout);
  }

 private:
  int64_t tables() const { return std::max(head_table_, tail_table_); }
  int64_t maps() const { return std::max(head_, hand_ + line_buffers()); }
  int64_t line_buffers() const {
    return tail_ + (handover_ < level_ ? al8(unit_ * side_at(level_) * width_) : 0) + rgb_rows();
  }

  void add(const QuantizedLayer& q) {
    const LiteLayer& layer = q.layer;
    if (layer.op == LiteOp::kMap) vector_ = std::max(vector_, al8(layer.cout));
    if (layer.demod) gains_ = std::max(gains_, al8(2 * layer.cin));
    if (q.weight_bits < 8) filter_ = std::max(filter_, al8(filter_elements(layer)));
    const int64_t table = table_bytes(model_, layer);
    if (layer.level <= handover_)
      head_table_ = std::max(head_table_, table);
    else
      tail_table_ += table;
    if (layer.makes_map()) layer.level <= handover_ ? add_head_map(layer) : add_tail_map(layer);
  }

  void add_head_map(const LiteLayer& layer) {
    const int64_t map = map_bytes(layer.level, layer.cout);
    head_ = std::max(head_, hand_ + map);
    hand_ = map;
    note_input_row(layer);
    width_ = layer.cout;
  }

  void add_tail_map(const LiteLayer& layer) {
    const bool up = layer.op != LiteOp::kConv3;
    const int64_t in_side = up ? side_at(layer.level) / 2 : side_at(layer.level);
    if (first_of_tail_)
      note_input_row(layer);
    else
      tail_ += al8(unit_ * (up ? 2 : 3) * in_side * layer.cin);
    first_of_tail_ = false;
    width_ = layer.cout;
  }

  void note_input_row(const LiteLayer& layer) {
    if (!layer.convolves()) return;
    const int64_t in_side = layer.op == LiteOp::kConv3 ? side_at(layer.level) : side_at(layer.level) / 2;
    widest_row_ = std::max(widest_row_, in_side * layer.cin);
  }

  // Rows of the RGB sum between the levels of the tail.
  int64_t rgb_rows() const {
    int64_t total = 0;
    for (int64_t l = std::max(handover_ + 1, model_.rgb_first); l < level_; ++l) {
      const auto convs = std::count_if(model_.layers.begin(), model_.layers.end(), [&](const QuantizedLayer& q) {
        return q.layer.op == LiteOp::kConv3 && q.layer.level == l + 1;
      });
      total += al8(4 * model_.channels * side_at(l) * (2 + (convs + 1) / 2));
    }
    return total;
  }

  const QuantizedLite& model_;
  int64_t level_, handover_, unit_;
  int64_t vector_, gains_ = 0, filter_ = 0, head_table_ = 0, tail_table_ = 0;
  int64_t head_ = 0, hand_ = 0, tail_ = 0, widest_row_ = 0, width_ = 0;
  bool first_of_tail_ = true;
};

}  // namespace

int64_t file_bytes(const QuantizedLite& model, int64_t level) {
  constexpr int64_t kHeader = 96, kGroup = 16, kRecord = 64;
  const int64_t rows = std::max<int64_t>(model.classes(), 1), embedding = model.input_size() - model.latent;
  int64_t total =
      kHeader + kGroup * (model.levels - model.rgb_first) + kRecord * static_cast<int64_t>(model.layers.size());
  total = al8(total + model.classes() * embedding);
  total = al8(total + rows * model.style);
  for (const QuantizedLayer& layer : model.layers)
    if (level < 0 || layer.layer.level <= level) total += layer_bytes(layer, model.style);
  return level < 0 ? total + names_bytes(model) : total;
}

int64_t arena_bytes(const QuantizedLite& model, int64_t level, int64_t handover, int64_t unit) {
  return ArenaSum(model, level, handover, unit).bytes();
}

std::vector<int64_t> scratch_bytes(const QuantizedLite& model, int64_t handover) {
  const ArenaSum arena(model, model.levels - 1, handover, 1);
  std::vector<int64_t> bytes;
  for (const QuantizedLayer& q : model.layers) bytes.push_back(q.layer.convolves() ? arena.scratch(q.layer) : 0);
  return bytes;
}

int64_t best_handover(const QuantizedLite& model) {
  int64_t best = model.levels - 1;
  for (int64_t h = best; h >= 0; --h) {
    if (arena_bytes(model, model.levels - 1, h, 1) < arena_bytes(model, model.levels - 1, best, 1)) best = h;
  }
  return best;
}

int64_t picture_macs(const QuantizedLite& model, int64_t level) {
  std::vector<LiteLayer> layers;
  for (const QuantizedLayer& layer : model.layers)
    if (layer.layer.level <= level) layers.push_back(layer.layer);
  return lite_macs(layers, model.style);
}

}  // namespace centigan
