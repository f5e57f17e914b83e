// Each rule of opening has a file that breaks exactly it: everything before it holds, and so would everything after it.
#include "rules.h"

#include <gtest/gtest.h>

namespace cgrt_test {
namespace {

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
