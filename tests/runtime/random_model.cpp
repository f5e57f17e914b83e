#include "random_model.h"

namespace cgrt_test {
namespace {

class Architect {
 public:
  explicit Architect(uint64_t seed) : dice_(seed), broad_(seed % 5 == 4) {}

  ModelSpec make() {
    header();
    for (int i = 0; i < m_.map_layers; ++i) map(i + 1 == m_.map_layers);
    start();
    for (int level = 0; level < m_.levels; ++level) {
      if (level > 0) add(dice_.chance(50) ? kUp3 : kUp2p, level);
      for (int n = dice_.range(0, 3); n > 0; --n) add(kConv3, level);
      if (level >= m_.rgb_first) to_rgb(level);
    }
    return m_;
  }

 private:
  void header() {
    m_.start_h = uint8_t(dice_.range(1, 4));
    m_.start_w = uint8_t(dice_.range(1, 4));
    m_.levels = uint8_t(dice_.range(1, 4));
    m_.channels = dice_.chance(30) ? 1 : 3;
    m_.rgb_first = uint8_t(dice_.range(0, m_.levels - 1));
    m_.rgb_up = uint8_t(dice_.range(0, 1));
    m_.map_layers = uint8_t(dice_.range(0, 2));
    m_.handover = uint8_t(dice_.range(0, m_.levels - 1));
    m_.latent = uint16_t(dice_.range(1, 13));
    m_.classes = dice_.chance(50) ? uint16_t(dice_.range(1, 5)) : 0;
    m_.embed = m_.classes ? uint16_t(dice_.range(1, 6)) : 0;
    for (int k = 0; k < m_.classes; ++k) m_.class_names.push_back(std::string(size_t(k) * 3 % 5, char('a' + k)));
    m_.centre_rows = m_.classes && dice_.chance(50) ? m_.classes : 1;
    m_.noise_seed = dice_.next() * uint64_t{0x100000001};
    m_.features = dice_.chance(30);
    m_.style = width_ = uint16_t(m_.latent + m_.embed);
    if (m_.map_layers) m_.style = uint16_t(dice_.range(1, 14));
  }

  // One model in five has more channels than fit in a vector or in a chunk of one.
  uint16_t channels() { return uint16_t(dice_.range(1, 9) * (broad_ ? dice_.range(1, 10) : 1)); }

  uint8_t bits() { return uint8_t(8 - 2 * dice_.range(0, 2)); }

  void map(bool last) {
    LayerSpec l;
    l.type = kMap;
    l.wbits = bits();
    l.cin = width_;
    l.cout = width_ = last ? m_.style : uint16_t(dice_.range(1, 15));
    l.slope = slope();
    l.params.mult = (1 << 24) << (8 - l.wbits);
    m_.layers.push_back(l);
  }

  int16_t slope() { return int16_t(dice_.chance(50) ? 3277 : dice_.range(-16384, 16384)); }

  // Multipliers around 1 / (fan-in * half the weight range), so that few values saturate.
  int32_t multiplier(int fan_in, const LayerSpec& l) {
    int root = 1;
    while (root * root < fan_in) ++root;
    return (((1 << 25) << (8 - l.wbits)) >> l.shift) / root;
  }

  void style(LayerSpec& l) {
    if (dice_.chance(60)) l.flags |= kGain;
    if (dice_.chance(40)) l.flags |= kSbias;
    if (dice_.chance(50)) l.flags |= kNoise;
    if (l.flags & kGain) l.gain_shift = uint8_t(dice_.range(0, 3));
    if (l.flags & kSbias) {
      l.sbias_shift = uint8_t(dice_.range(0, 3));
      l.sbias_up = uint8_t(dice_.range(0, 3));
    }
    l.gain = {(1 << 17) >> l.gain_shift, 1 << 26};
    l.sbias = {0, 1 << 26};
    l.slope = slope();
  }

  void start() {
    LayerSpec l;
    l.type = kStart;
    l.cin = 0;
    l.cout = width_ = channels();
    style(l);
    l.const_shift = uint8_t(dice_.range(0, 7));
    l.params.mult = (1 << 30) >> l.const_shift;
    if (dice_.chance(50)) {
      l.flags |= kDense;
      l.wbits = bits();
      l.cin = m_.style;
      l.params.mult = multiplier(l.cin, l);
    }
    m_.layers.push_back(l);
  }

  void add(Type type, int level) {
    LayerSpec l;
    l.type = type;
    l.level = uint8_t(level);
    l.wbits = bits();
    l.shift = uint8_t(dice_.range(0, 3));
    l.cin = width_;
    l.cout = width_ = channels();
    style(l);
    l.params.mult = multiplier((type == kUp2p ? 4 : 9) * l.cin, l);
    if (dice_.chance(40)) {
      l.flags |= kDemod;
      l.params.mult = before_demod(l.params.mult);
    }
    m_.layers.push_back(l);
  }

  // Demodulation divides by about 16 for gains near 1.
  static int32_t before_demod(int32_t mult) { return mult > (1 << 24) ? 1 << 28 : mult << 4; }

  void to_rgb(int level) {
    LayerSpec l;
    l.type = kToRgb;
    l.level = uint8_t(level);
    l.cin = width_;
    l.cout = m_.channels;
    l.shift = uint8_t(dice_.range(0, 3));
    while (l.cin << l.shift > 256) --l.shift;  // folded weights have 14 bits
    if (dice_.chance(50)) {
      l.flags |= kGain;
      l.gain_shift = uint8_t(dice_.range(0, 3));
      l.gain = {(1 << 17) >> l.gain_shift, 1 << 26};
    }
    l.params.mult = (1 << 26) >> l.shift;
    m_.layers.push_back(l);
  }

  Dice dice_;
  bool broad_;
  ModelSpec m_;
  uint16_t width_ = 0;
};

}  // namespace

ModelSpec random_model(uint64_t seed) { return Architect(seed).make(); }

}  // namespace cgrt_test
