// The rules of the layer table, continued from rules_test.cpp: each has a file that breaks exactly it: everything before it holds, and so would everything after it.
#include "rules.h"

#include <gtest/gtest.h>

namespace cgrt_test {
namespace {

TEST(Rules, L1Reserved) {
  for (size_t k = 0; k < 8; ++k) {
    EXPECT_EQ(set_layer8(k, 15, 1), CGRT_E_RESERVED);
    EXPECT_EQ(set_layer8(k, 56, 1), CGRT_E_RESERVED);
    EXPECT_EQ(set_layer8(k, 63, 128), CGRT_E_RESERVED);
  }
}

TEST(Rules, L2Type) {
  for (int type : {0, 7, 8, 255}) EXPECT_EQ(set_layer8(3, 0, type), CGRT_E_LAYER);
}

TEST(Rules, L3Flags) {
  struct Case {
    size_t layer;
    int allowed;
  };
  for (const Case& c : {Case{0, 0}, Case{2, 1 + 2 + 8 + 16}, Case{3, 1 + 2 + 4 + 8}, Case{4, 1}, Case{5, 1 + 2 + 4 + 8}})
    for (int bit = 1; bit < 256; bit *= 2)
      if (!(c.allowed & bit)) EXPECT_EQ(set_layer8(c.layer, 3, bit), CGRT_E_FLAGS) << c.layer << " " << bit;
}

TEST(Rules, L4Order) {
  const auto moved = [](size_t from, size_t to) {
    return designed([=](ModelSpec& m) { std::swap(m.layers[from], m.layers[to]); });
  };
  EXPECT_EQ(moved(1, 2), CGRT_E_GRAMMAR);  // START before the last MAP
  EXPECT_EQ(moved(2, 3), CGRT_E_GRAMMAR);  // CONV3 before START
  EXPECT_EQ(moved(4, 5), CGRT_E_GRAMMAR);  // UP leaves a level without its toRGB
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.push_back(layer(kConv3, 1, 0, 3, 3)); }), CGRT_E_GRAMMAR);  // after toRGB
  EXPECT_EQ(designed([](ModelSpec& m) { m.map_layers = 1; }), CGRT_E_GRAMMAR);
  EXPECT_EQ(designed([](ModelSpec& m) { m.map_layers = 3; }), CGRT_E_GRAMMAR);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.insert(m.layers.begin() + 3, m.layers[2]); }), CGRT_E_GRAMMAR);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.insert(m.layers.begin() + 5, m.layers[4]); }), CGRT_E_GRAMMAR);
}

TEST(Rules, L4NothingButMapsBeforeTheStartAndNoneBehind) {
  const auto inserted = [](std::ptrdiff_t at, const LayerSpec& l) {
    return designed([=](ModelSpec& m) { m.layers.insert(m.layers.begin() + at, l); });
  };
  EXPECT_EQ(inserted(3, layer(kMap, 0, 0, 6, 6)), CGRT_E_GRAMMAR);
  EXPECT_EQ(inserted(2, layer(kToRgb, 0, 0, 6, 3)), CGRT_E_GRAMMAR);
  const int up_first = designed([](ModelSpec& m) {
    m.rgb_first = 1;
    m.layers.insert(m.layers.begin() + 2, layer(kUp2p, 1, 0, 6, 6));
  });
  EXPECT_EQ(up_first, CGRT_E_GRAMMAR);
}

TEST(Rules, L4Counts) {
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.insert(m.layers.begin() + 7, 2, layer(kConv3, 1, 0, 3, 3)); }), CGRT_OK);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.insert(m.layers.begin() + 7, 3, layer(kConv3, 1, 0, 3, 3)); }), CGRT_E_GRAMMAR);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.push_back(layer(kUp3, 2, 0, 3, 3)); }), CGRT_E_GRAMMAR);
  EXPECT_EQ(designed([](ModelSpec& m) { m.rgb_first = 1; }), CGRT_E_GRAMMAR);  // toRGB below rgb_first
}

TEST(Rules, L4Levels) {
  for (size_t k = 0; k < 8; ++k) EXPECT_EQ(set_layer8(k, 1, k < 5 ? 1 : 0), CGRT_E_GRAMMAR) << k;
}

TEST(Rules, L5Fields) {
  for (int bits : {0, 1, 5, 7, 9, 16}) EXPECT_EQ(set_layer8(3, 2, bits), CGRT_E_LAYER);
  EXPECT_EQ(set_layer8(4, 2, 4), CGRT_E_LAYER);  // toRGB is never packed
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers[2].flags = 0, m.layers[2].cin = 0, m.layers[2].wbits = 6; }), CGRT_E_LAYER);
  for (size_t shift : {8, 9, 10}) EXPECT_EQ(set_layer8(3, shift, 8), CGRT_E_LAYER);
  EXPECT_EQ(set_layer8(3, 11, 13), CGRT_E_LAYER);
  EXPECT_EQ(set_layer8(6, 9, 1), CGRT_E_LAYER);   // gain_shift without GAIN
  EXPECT_EQ(set_layer8(5, 10, 1), CGRT_E_LAYER);  // sbias_shift, sbias_up without SBIAS
  EXPECT_EQ(set_layer8(5, 11, 1), CGRT_E_LAYER);
  EXPECT_EQ(set_layer16(3, 12, 16385), CGRT_E_LAYER);
  EXPECT_EQ(set_layer16(3, 12, -16385), CGRT_E_LAYER);
  EXPECT_EQ(set_layer16(4, 12, 16383), CGRT_E_LAYER);
  EXPECT_EQ(set_layer8(2, 14, 15), CGRT_E_LAYER);
  EXPECT_EQ(set_layer8(3, 14, 1), CGRT_E_LAYER);
  EXPECT_EQ(set_layer16(3, 6, 0), CGRT_E_LAYER);
  EXPECT_EQ(set_layer16(3, 6, 1025), CGRT_E_LAYER);
  EXPECT_EQ(set_layer16(3, 4, 1025), CGRT_E_LAYER);
}

TEST(Rules, L6Shapes) {
  for (size_t k : {0, 1, 2, 3, 4, 5, 6, 7})
    EXPECT_EQ(designed([=](ModelSpec& m) { m.layers[k].cin = uint16_t(m.layers[k].cin + 1); }), CGRT_E_SHAPE) << k;
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers[7].cout = 1; }), CGRT_E_SHAPE);
  // A START that is not dense has cin 0; one whose mapping does not end in the style's size is refused either way.
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers[2].flags = 0; }), CGRT_E_SHAPE);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers[2].flags = 0, m.layers[2].cin = 0; }), CGRT_OK);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers[1].cout = 5, m.layers[2].flags = 0, m.layers[2].cin = 0; }), CGRT_E_SHAPE);
  EXPECT_EQ(designed([](ModelSpec& m) { m.map_layers = 0, m.layers.erase(m.layers.begin(), m.layers.begin() + 2); }), CGRT_E_SHAPE);
}

TEST(Rules, L7Overflow) {
  const auto rgb_reads = [](uint16_t channels) {
    return designed([=](ModelSpec& m) { m.layers[6].cout = m.layers[7].cin = channels; });
  };
  EXPECT_EQ(rgb_reads(256), CGRT_OK);
  EXPECT_EQ(rgb_reads(257), CGRT_E_OVERFLOW);
  const auto shifted = [](size_t k, uint8_t shift, uint16_t channels) {
    return designed([=](ModelSpec& m) { m.layers[k].shift = shift, m.layers[k].cin = m.layers[k - 1].cout = channels; });
  };
  EXPECT_EQ(shifted(6, 7, 28), CGRT_OK);  // 9 * 28 * 2^14 * 2^7 is just below 2^29
  EXPECT_EQ(shifted(6, 7, 29), CGRT_E_OVERFLOW);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers[2].const_shift = 14, m.layers[2].shift = 7; }), CGRT_OK);
  const auto style = [](uint16_t size, uint8_t LayerSpec::*shift) {
    return designed([=](ModelSpec& m) { m.style = m.layers[1].cout = m.layers[2].cin = size, m.layers[3].*shift = 7; });
  };
  for (uint8_t LayerSpec::*shift : {&LayerSpec::gain_shift, &LayerSpec::sbias_shift}) {
    EXPECT_EQ(style(256, shift), CGRT_OK);
    EXPECT_EQ(style(257, shift), CGRT_E_OVERFLOW);
  }
}

TEST(Rules, L8Offsets) {
  const ModelSpec m = rich();
  for (size_t k = 0; k < m.layers.size(); ++k)
    for (size_t at = 16; at <= 52; at += 4)
      for (int by : {8, -8}) {
        const int status = damaged([=](Bytes& f) {
          const size_t field = layer_offset(f, k) + at;
          put32(f, field, get32(&f[field]) + uint32_t(by));
        });
        EXPECT_EQ(status, CGRT_E_OFFSET) << k << " " << at;
      }
}

}  // namespace
}  // namespace cgrt_test
