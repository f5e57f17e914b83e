// Each rule of opening has a file that breaks exactly it: everything before it holds, and so would everything after it.
#include <gtest/gtest.h>

#include <functional>

#include "draw.h"
#include "model_spec.h"

namespace cgrt_test {
namespace {

using Bytes = std::vector<uint8_t>;

// A small model with every kind of blob and two qualities.
ModelSpec rich() {
  ModelSpec m;
  m.start_h = 2;
  m.start_w = 3;
  m.levels = 2;
  m.map_layers = 2;
  m.latent = 5;
  m.embed = 3;
  m.classes = 4;
  m.centre_rows = 4;
  m.style = 6;
  LayerSpec dense = layer(kStart, 0, kGain | kSbias | kNoise | kDense, 6, 4);
  LayerSpec conv = layer(kConv3, 0, kGain | kSbias | kDemod | kNoise, 4, 5);
  conv.wbits = 6;
  m.layers = {layer(kMap, 0, 0, 8, 7), layer(kMap, 0, 0, 7, 6), dense,
              conv,                    layer(kToRgb, 0, kGain, 5, 3), layer(kUp2p, 1, kGain, 5, 4),
              layer(kConv3, 1, 0, 4, 3), layer(kToRgb, 1, 0, 3, 3)};
  return m;
}

int open_status(const Bytes& file, unsigned flags = 0) {
  Loaded loaded(file);
  const int status = loaded.open(flags);
  if (status != CGRT_OK) EXPECT_EQ(loaded.model.base, nullptr);
  return status;
}

// The status after bytes of the file were changed and the check sums made right again.
int damaged(const std::function<void(Bytes&)>& change) {
  Bytes file = build(rich());
  change(file);
  fix_crcs(file);
  return open_status(file);
}

int set8(size_t at, int value) {
  return damaged([&](Bytes& f) { f[at] = uint8_t(value); });
}
int set16(size_t at, int value) {
  return damaged([&](Bytes& f) { put16(f, at, uint32_t(value)); });
}
int set32(size_t at, uint32_t value) {
  return damaged([&](Bytes& f) { put32(f, at, value); });
}
int set_layer8(size_t k, size_t at, int value) {
  return damaged([&](Bytes& f) { f[layer_offset(f, k) + at] = uint8_t(value); });
}
int set_layer16(size_t k, size_t at, int value) {
  return damaged([&](Bytes& f) { put16(f, layer_offset(f, k) + at, uint32_t(value)); });
}

// The status of an architecture whose file is otherwise written as it should be.
int designed(const std::function<void(ModelSpec&)>& change) {
  ModelSpec m = rich();
  change(m);
  return open_status(build(m));
}

TEST(Rules, TheModelItselfOpens) { EXPECT_EQ(damaged([](Bytes&) {}), CGRT_OK); }

TEST(Rules, V0Pointers) {
  const Bytes file = build(rich());
  Loaded loaded(file);
  cgrt_model model;
  EXPECT_EQ(cgrt_open(nullptr, loaded.bytes(), file.size(), 0), CGRT_E_NULL);
  EXPECT_EQ(cgrt_open(&model, nullptr, file.size(), 0), CGRT_E_NULL);
  EXPECT_EQ(cgrt_open(&model, loaded.bytes() + 4, file.size() - 4, 0), CGRT_E_ALIGN);
}

TEST(Rules, V1V6Size) {
  const Bytes file = build(rich());
  for (size_t size : {size_t{0}, size_t{95}, size_t{get32(&file[8])} - 1}) {
    Loaded part(file.data(), size);
    EXPECT_EQ(part.open(), CGRT_E_TRUNCATED) << size;
  }
}

TEST(Rules, V2V3V4Container) {
  for (size_t i = 0; i < 4; ++i) EXPECT_EQ(set8(i, 'x'), CGRT_E_MAGIC);
  EXPECT_EQ(set16(4, 2), CGRT_E_VERSION);
  EXPECT_EQ(set16(4, 0), CGRT_E_VERSION);
  EXPECT_EQ(set16(6, 77), CGRT_OK);  // any minor version
  for (int bit = 1; bit < 32; ++bit) EXPECT_EQ(set32(20, 1u << bit), CGRT_E_FEATURE);
  EXPECT_EQ(set32(20, 1), CGRT_OK);
}

TEST(Rules, V5Tables) {
  EXPECT_EQ(set16(40, 0), CGRT_E_HEADER);
  EXPECT_EQ(set16(40, 65), CGRT_E_HEADER);
  EXPECT_EQ(set16(42, 0), CGRT_E_HEADER);
  EXPECT_EQ(set16(42, 11), CGRT_E_HEADER);
  EXPECT_EQ(set32(8, 96 + 2 * 16 + 8 * 64 + 8), CGRT_E_HEADER);
}

TEST(Rules, V7HeadCrc) {
  Bytes file = build(rich());
  for (size_t at : {size_t{12}, size_t{64}, size_t{group_offset(1)}, layer_offset(file, 7) + 3}) {
    Bytes damaged = file;
    damaged[at] ^= 1;
    EXPECT_EQ(open_status(damaged), CGRT_E_HEAD_CRC) << at;
  }
}

TEST(Rules, V8Reserved) {
  EXPECT_EQ(set16(46, 1), CGRT_E_RESERVED);
  EXPECT_EQ(set32(92, 1u << 31), CGRT_E_RESERVED);
}

TEST(Rules, V9SmallFields) {
  for (size_t side : {24, 25}) {
    EXPECT_EQ(set8(side, 0), CGRT_E_HEADER);
    EXPECT_EQ(set8(side, 17), CGRT_E_HEADER);
  }
  for (int levels : {0, 1, 3, 11}) EXPECT_EQ(set8(26, levels), CGRT_E_HEADER) << levels;
  for (int channels : {0, 2, 4}) EXPECT_EQ(set8(27, channels), CGRT_E_HEADER) << channels;
  for (int first : {1, 2, 255}) EXPECT_EQ(set8(28, first), CGRT_E_HEADER) << first;
  EXPECT_EQ(set8(29, 2), CGRT_E_HEADER);
  EXPECT_EQ(set8(30, 9), CGRT_E_HEADER);
  EXPECT_EQ(set8(31, 2), CGRT_E_HEADER);
}

TEST(Rules, V9Vectors) {
  EXPECT_EQ(set16(32, 0), CGRT_E_HEADER);
  EXPECT_EQ(set16(32, 1022), CGRT_E_HEADER);
  EXPECT_EQ(set16(34, 0), CGRT_E_HEADER);
  EXPECT_EQ(set16(36, 0), CGRT_E_HEADER);
  EXPECT_EQ(set16(38, 0), CGRT_E_HEADER);
  EXPECT_EQ(set16(38, 1025), CGRT_E_HEADER);
  for (int rows : {0, 3, 5}) EXPECT_EQ(set16(44, rows), CGRT_E_HEADER) << rows;
  const int no_classes = designed([](ModelSpec& m) { m.classes = 0, m.embed = 0, m.latent = 8, m.centre_rows = 2; });
  EXPECT_EQ(no_classes, CGRT_E_HEADER);
}

TEST(Rules, V10Side) {
  const auto with = [](uint8_t start) {
    return damaged([=](Bytes& f) { f[24] = start, f[26] = 9, f[28] = 7; });
  };
  EXPECT_EQ(with(5), CGRT_E_LIMIT);
  EXPECT_NE(with(4), CGRT_E_LIMIT);
}

TEST(Rules, V11VectorOffsets) {
  for (size_t at : {56, 60})
    EXPECT_EQ(damaged([=](Bytes& f) { put32(f, at, get32(&f[at]) + 8); }), CGRT_E_OFFSET);
  const int absent = damaged([](Bytes& f) {
    f = build(model_s());
    put32(f, 56, get32(&f[8]));
  });
  EXPECT_EQ(absent, CGRT_E_OFFSET);
}

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

TEST(Rules, V12Missing) {
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.resize(7); }), CGRT_E_GRAMMAR);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.resize(5); }), CGRT_E_GRAMMAR);
  EXPECT_EQ(designed([](ModelSpec& m) { m.layers.resize(2); }), CGRT_E_GRAMMAR);
}

TEST(Rules, V13Groups) {
  for (size_t g : {0, 1}) {
    EXPECT_EQ(damaged([=](Bytes& f) { put32(f, group_offset(g), get32(&f[group_offset(g)]) - 8); }), CGRT_E_GROUP);
    EXPECT_EQ(damaged([=](Bytes& f) { put32(f, group_offset(g) + 12, 1); }), CGRT_E_RESERVED);
  }
  EXPECT_EQ(damaged([](Bytes& f) { put32(f, 16, uint32_t(f.size()) - 1); }), CGRT_E_GROUP);
  EXPECT_EQ(set32(16, 0x80000000u), CGRT_E_GROUP);
  EXPECT_EQ(set32(16, 0x7fffffffu), CGRT_OK);
}

TEST(Rules, V14ArenaFields) {
  for (size_t g : {0, 1})
    EXPECT_EQ(damaged([=](Bytes& f) { put32(f, group_offset(g) + 8, get32(&f[group_offset(g) + 8]) + 8); }), CGRT_E_ARENA_FIELD);
  EXPECT_EQ(damaged([](Bytes& f) { put32(f, 88, get32(&f[88]) - 8); }), CGRT_E_ARENA_FIELD);
}

// Two maps of 1024 x 1024 x 1024.
TEST(Rules, V14ArenaLimit) {
  ModelSpec m;
  m.start_h = m.start_w = 16;
  m.levels = 7;
  m.rgb_first = m.handover = 6;
  m.latent = m.style = 1;
  m.layers = {layer(kStart, 0, 0, 0, 1)};
  for (uint8_t level = 1; level < 7; ++level) m.layers.push_back(layer(kUp2p, level, 0, 1, level == 6 ? 1024 : 1));
  m.layers.push_back(layer(kConv3, 6, 0, 1024, 1024));
  m.layers.push_back(layer(kConv3, 6, 0, 1024, 1));
  m.layers.push_back(layer(kToRgb, 6, 0, 1, 3));
  m.layers[7].wbits = 4;
  EXPECT_EQ(open_status(build(m)), CGRT_E_LIMIT);
  m.handover = 5;
  EXPECT_EQ(open_status(build(m)), CGRT_OK);
}

TEST(Rules, V15FirstGroup) {
  const Bytes file = build(rich());
  const size_t end = get32(&file[group_offset(0)]);
  Loaded short_one(file.data(), end - 1), whole(file.data(), end);
  EXPECT_EQ(short_one.open(), CGRT_E_TRUNCATED);
  EXPECT_EQ(whole.open(), CGRT_OK);
  EXPECT_EQ(whole.model.groups_present, 1u);
}

TEST(Rules, V16DataCrc) {
  const Bytes file = build(rich());
  for (size_t at : {size_t{get32(&file[8])}, size_t{get32(&file[group_offset(0)])}, file.size() - 1}) {
    Bytes damaged = file;
    damaged[at] ^= 4;
    EXPECT_EQ(open_status(damaged), CGRT_E_DATA_CRC);
    EXPECT_EQ(open_status(damaged, CGRT_OPEN_SKIP_DATA_CRC), CGRT_OK);
  }
}

TEST(Rules, BytesBehindTheLastGroupAreIgnored) {
  Bytes file = build(rich());
  file.insert(file.end(), 100, 0xEE);
  EXPECT_EQ(open_status(file), CGRT_OK);
}

}  // namespace
}  // namespace cgrt_test
