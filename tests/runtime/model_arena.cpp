// The arena and MAC formulas of the format, written as they are stated.
#include <algorithm>

#include "model_spec.h"

namespace cgrt_test {
namespace {

int64_t al8(int64_t n) { return (n + 7) / 8 * 8; }

struct Sizes {
  const ModelSpec& m;
  int level, handover, unit;

  int64_t width(int l) const { return int64_t{m.start_w} << l; }
  int64_t height(int l) const { return int64_t{m.start_h} << l; }
  bool is_up(const LayerSpec& l) const { return l.type == kUp3 || l.type == kUp2p; }
  bool is_conv(const LayerSpec& l) const { return l.type == kConv3 || is_up(l); }
  int in_level(const LayerSpec& l) const { return is_up(l) ? l.level - 1 : l.level; }
  bool in_head(const LayerSpec& l) const { return l.level <= handover; }

  std::vector<LayerSpec> used() const {
    std::vector<LayerSpec> out;
    for (const LayerSpec& l : m.layers)
      if (l.level <= level) out.push_back(l);
    return out;
  }
  std::vector<LayerSpec> tail_convs() const {
    std::vector<LayerSpec> out;
    for (const LayerSpec& l : used())
      if (is_conv(l) && !in_head(l)) out.push_back(l);
    return out;
  }

  int64_t vectors() const {
    int64_t longest = m.latent + m.embed;
    for (const LayerSpec& l : m.layers)
      if (l.type == kMap) longest = std::max<int64_t>(longest, l.cout);
    return 2 * al8(longest);
  }
  int64_t scratch() const {
    int64_t gains = 0, filter = 0;
    for (const LayerSpec& l : used()) {
      const int64_t taps = l.type == kConv3 || l.type == kUp3 ? 9 : l.type == kUp2p ? 4 : 1;
      if (l.flags & kDemod) gains = std::max(gains, al8(2 * l.cin));
      if (l.wbits < 8) filter = std::max(filter, al8(taps * l.cin));
    }
    return gains + filter;
  }
  int64_t tables() const {
    int64_t head = 0, tail = 0;
    for (const LayerSpec& l : used()) {
      if (l.type == kMap) continue;
      const int64_t tab = al8(l.type == kToRgb ? 2 * m.channels * l.cin : 12 * l.cout);
      if (in_head(l)) head = std::max(head, tab);
      else tail += tab;
    }
    return std::max(head, tail);
  }
  int64_t rgb_map(int l) const { return l >= m.rgb_first && l >= 0 ? al8(4 * m.channels * height(l) * width(l)) : 0; }
  int64_t rgb_maps() const {
    const int v = std::min(handover, level - 1);
    return rgb_map(v) + rgb_map(v - 1);
  }
  int64_t map_out(const LayerSpec& l) const { return al8(height(l.level) * width(l.level) * l.cout); }
  int64_t map_in(const LayerSpec& l) const {
    return l.type == kStart ? 0 : al8(height(in_level(l)) * width(in_level(l)) * l.cin);
  }
  int64_t features() const {
    int64_t head = 0, hand = 0;
    for (const LayerSpec& l : used()) {
      if (!in_head(l) || !(l.type == kStart || is_conv(l))) continue;
      head = std::max(head, map_in(l) + map_out(l));
      hand = map_out(l);
    }
    return std::max(head, hand + tail());
  }
  int64_t tail() const {
    const std::vector<LayerSpec> convs = tail_convs();
    if (convs.empty()) return 0;
    int64_t sum = al8(unit * width(level) * convs.back().cout);
    for (size_t i = 1; i < convs.size(); ++i)
      sum += al8(unit * (is_up(convs[i]) ? 2 : 3) * width(in_level(convs[i])) * convs[i].cin);
    for (int l = std::max<int>(handover + 1, m.rgb_first); l <= level - 1; ++l) sum += rgb_ring(l);
    return sum;
  }
  int64_t rgb_ring(int l) const {
    int64_t n = 0;
    for (const LayerSpec& c : m.layers) n += c.type == kConv3 && c.level == l + 1;
    return al8(4 * m.channels * width(l) * (2 + (n + 1) / 2));
  }
  int64_t widened() const {
    int64_t longest = 0;
    for (const LayerSpec& l : used())
      if (is_conv(l) && in_head(l)) longest = std::max(longest, width(in_level(l)) * l.cin);
    if (!tail_convs().empty()) longest = std::max(longest, width(handover) * tail_convs()[0].cin);
    return unit == 2 ? al8(6 * longest) : 0;
  }
};

}  // namespace

int64_t arena_bytes(const ModelSpec& m, int level, int handover, int unit) {
  const Sizes s{m, level, std::min(handover, level), unit};
  return s.vectors() + al8(8 * int64_t(m.layers.size())) + s.scratch() + s.tables() + s.rgb_maps() + s.features() +
         s.widened() + al8(3 * s.width(level)) + al8(4 * m.channels * s.width(level));
}

int64_t macs(const ModelSpec& m, int level) {
  const Sizes s{m, level, level, 1};
  int64_t sum = 0;
  for (const LayerSpec& l : s.used()) {
    const int64_t area = s.height(l.level) * s.width(l.level), pairs = int64_t{l.cin} * l.cout;
    const int64_t rows = l.type == kToRgb ? l.cin : l.cout;
    if (l.type == kMap) sum += pairs;
    if (l.type == kStart && l.flags & kDense) sum += area * l.cout * m.style;
    if (l.type == kConv3 || l.type == kUp3) sum += 9 * pairs * area;
    if (l.type == kUp2p) sum += 4 * pairs * area;
    if (l.type == kToRgb) sum += pairs * area;
    if (l.flags & kGain) sum += rows * m.style;
    if (l.flags & kSbias) sum += rows * m.style;
    if (l.flags & kDemod) sum += pairs;
  }
  return sum;
}

}  // namespace cgrt_test
