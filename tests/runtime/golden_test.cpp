// Golden numbers of the format, one function at a time: the private headers of the runtime are under test here.
#include <gtest/gtest.h>

#include <vector>

extern "C" {
#include "arith.h"
#include "crc.h"
#include "demod.h"
#include "filters.h"
#include "pixel.h"
#include "random.h"
#include "up_rgb.h"
}

namespace {

struct Sample {
  uint64_t seed;
  uint32_t stream, index, hash;
  int32_t g12, n8;
};

TEST(Golden, G1RandomNumbers) {
  const Sample samples[] = {{0, 0, 0, 0x6b200159, -843, -7},
                            {0, 0, 1, 0x99ba4efe, 1039, 8},
                            {0, 0, 2, 0x508efb2c, -1974, -15},
                            {1, 1, 0, 0xe8de5dc1, 5483, 43},
                            {1, 1, 1, 0x461e61e4, -2462, -19},
                            {1, 1, 2, 0xcb9175b4, 3381, 26},
                            {1, 1, 3, 0xc2805662, 2896, 23},
                            {1, 2, 0, 0xf427b9f7, 6885, 54},
                            {1, 16, 1023, 0xf9bcb127, 8035, 63},
                            {42, 1, 0, 0xe6bdada3, 5270, 41},
                            {42, 1, 7, 0x4706dfd0, -2414, -19},
                            {0x0123456789abcdef, 1, 0, 0xba3918c0, 2474, 19},
                            {0x0123456789abcdef, 17, 100, 0x1198151e, -6080, -47},
                            {~uint64_t{0}, 0xffffffff, 0xffffffff, 0x6e20d8bf, -721, -6},
                            {uint64_t{1} << 32, 1, 0, 0x74298876, -477, -4},
                            {1, 16, 0, 0xc83e1e63, 3187, 25}};
  for (const Sample& s : samples) {
    EXPECT_EQ(cgrt_hash32(s.seed, s.stream, s.index), s.hash);
    EXPECT_EQ(cgrt_g12(s.seed, s.stream, s.index), s.g12);
    EXPECT_EQ(cgrt_to_n8(cgrt_g12(s.seed, s.stream, s.index)), s.n8);
  }
}

// The three published known answers of Threefry-2x32 with 20 rounds.
TEST(Golden, G1Threefry) {
  uint32_t out[2];
  cgrt_threefry(0, 0, 0, out);
  EXPECT_EQ(out[0], 0x6b200159u);
  EXPECT_EQ(out[1], 0x99ba4efeu);
  cgrt_threefry(~uint64_t{0}, ~0u, ~0u, out);
  EXPECT_EQ(out[0], 0x1cb996fcu);
  EXPECT_EQ(out[1], 0xbb002be7u);
  cgrt_threefry(0x0370734413198a2e, 0x85a308d3, 0x243f6a88, out);
  EXPECT_EQ(out[0], 0xc4923a9cu);
  EXPECT_EQ(out[1], 0x483df7a0u);
}

TEST(Golden, G2NormalTable) {
  std::vector<uint8_t> bytes;
  for (uint32_t k = 0; k < 1024; ++k) {
    const uint16_t v = uint16_t(cgrt_normal(k << 22));
    bytes.push_back(uint8_t(v));
    bytes.push_back(uint8_t(v >> 8));
  }
  EXPECT_EQ(cgrt_crc32(bytes.data(), bytes.size()), 0xc99e6bb6u);
  const int expected[][2] = {{0, -13505}, {1, -12186}, {100, -5293}, {255, -2769}, {256, -2756}, {400, -1132},
                             {511, -5},   {512, 5},    {600, 894},   {1000, 8177}, {1023, 13505}};
  for (const auto& e : expected) EXPECT_EQ(cgrt_normal(uint32_t(e[0]) << 22 | 0x3fffff), e[1]);
}

TEST(Golden, G3Crc) {
  EXPECT_EQ(cgrt_crc32(reinterpret_cast<const uint8_t*>("123456789"), 9), 0xcbf43926u);
  EXPECT_EQ(cgrt_crc32(nullptr, 0), 0u);
}

TEST(Golden, G4Requantisation) {
  struct Case {
    int32_t u, q;
    uint32_t s;
    int32_t value, saturated;
  };
  const int32_t half = 1 << 29;
  const Case cases[] = {{2, half, 0, 1, 1},
                        {-2, half, 0, 0, 0},
                        {1, half, 0, 0, 0},
                        {-1, half, 0, 0, 0},
                        {6, half, 0, 2, 2},
                        {-6, half, 0, -1, -1},
                        {-3, half, 1, -1, -1},
                        {1000, 123456789, 0, 57, 57},
                        {-1000, 123456789, 0, -57, -57},
                        {1000, -123456789, 0, -57, -57},
                        {13934592, 1 << 22, 0, 27216, 127},
                        {-13934592, 1 << 22, 0, -27216, -127},
                        {300000, 1 << 20, 0, 146, 127},
                        {5, 1 << 24, 7, 5, 5},
                        {-128, 1 << 24, 7, -128, -127},
                        {1 << 29, CGRT_Q, 1, 536870912, 127},
                        {-(1 << 30), CGRT_Q, 0, -536870911, -127}};
  for (const Case& c : cases) {
    EXPECT_EQ(cgrt_rq(c.u, c.q, c.s), c.value) << c.u << " " << c.q;
    EXPECT_EQ(cgrt_sat8(cgrt_rq(c.u, c.q, c.s)), c.saturated);
  }
}

TEST(Golden, G5Multipliers) {
  const int32_t cases[][3] = {{4096, 300000000, 60003662},     {8192, 600000000, 120007324}, {-4096, -300000000, -60003662},
                              {2048, 150000000, 30001831},     {32767, 1073741823, 214761472}, {-1, -73242, -14649}};
  for (const auto& c : cases) {
    const int32_t up = cgrt_gained(300000000, c[0]);
    EXPECT_EQ(up, c[1]);
    EXPECT_EQ(cgrt_sloped(up, 3277), c[2]);
  }
}

TEST(Golden, G6Demodulation) {
  const uint64_t unit = 1 << 24;
  const uint64_t cases[][4] = {{0, 1, 2147483647, 1073741823},
                               {unit, 256, 8388607, 1073741823},
                               {100 * unit, 2560, 838860, 1073741823},
                               {5000 * unit, 18101, 118638, 485941248}};
  for (const auto& c : cases) {
    EXPECT_EQ(cgrt_isqrt((c[0] >> 8) + 1), c[1]);
    EXPECT_EQ(2147483647u / c[1], c[2]);
    EXPECT_EQ(cgrt_demodulated(1 << 28, c[0]), int32_t(c[3]));
  }
}

TEST(Golden, G6SquareRootIsTheFloor) {
  for (uint64_t r = 1; r < 1100000; r += 997) {
    EXPECT_EQ(cgrt_isqrt(r * r), r);
    EXPECT_EQ(cgrt_isqrt(r * r - 1), r - 1);
  }
}

// The map {1,-2; 3,4} and the kernel 1..9 of G7 and G8.
const int8_t kMap[4] = {1, -2, 3, 4};
const int8_t kKernel[9] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

const int8_t* map_row(int y) { return y < 0 || y > 1 ? nullptr : kMap + 2 * y; }

TEST(Golden, G7Filter3x3) {
  const int32_t expected[2][2] = {{53, 47}, {35, 29}};
  for (int y = 0; y < 2; ++y) {
    const cgrt_window window = {{map_row(y - 1), map_row(y), map_row(y + 1)}, 2, 1};
    int32_t sums[2];
    cgrt_filter_row(sums, &window, kKernel, 3, 0);
    for (int x = 0; x < 2; ++x) EXPECT_EQ(sums[x], expected[y][x]);
  }
}

const int32_t kUpExpected[4][4] = {{28, -6, -45, -48}, {67, 75, 62, 36}, {89, 129, 136, 90}, {48, 72, 79, 48}};

TEST(Golden, G8Up3) {
  for (int y = 0; y < 4; ++y) {
    const cgrt_window window = {{map_row((y - 1) >> 1), map_row(y >> 1), map_row((y + 1) >> 1)}, 2, 1};
    int32_t sums[4];
    cgrt_filter_row_up3(sums, &window, kKernel);
    for (int x = 0; x < 4; ++x) EXPECT_EQ(sums[x], kUpExpected[y][x]);
  }
}

TEST(Golden, G8PhaseKernelsAreTheSame) {
  const int8_t phases[2][2][4] = {{{1, 5, 11, 28}, {3, 3, 24, 15}}, {{5, 16, 7, 17}, {12, 9, 15, 9}}};
  for (int y = 0; y < 4; ++y) {
    const int top = y / 2 + y % 2 - 1;
    const cgrt_window window = {{map_row(top), map_row(top + 1), nullptr}, 2, 1};
    int32_t sums[4];
    for (uint32_t b = 0; b < 2; ++b) cgrt_filter_row(sums, &window, phases[y % 2][b], 2, b);
    for (int x = 0; x < 4; ++x) EXPECT_EQ(sums[x], kUpExpected[y][x]);
  }
}

TEST(Golden, G9TriangleUp) {
  const int32_t map[2][2] = {{0, 160}, {-160, 16}};
  const int32_t expected[4][4] = {{0, 40, 120, 160}, {-40, 1, 83, 124}, {-120, -77, 9, 52}, {-160, -116, -28, 16}};
  for (uint32_t y = 0; y < 4; ++y) {
    int32_t out[4];
    cgrt_up_rgb(out, map[y / 2], map[cgrt_neighbour(y, 4, 1)], 4, 1, 1);
    for (int x = 0; x < 4; ++x) EXPECT_EQ(out[x], expected[y][x]);
    cgrt_up_rgb(out, map[y / 2], map[cgrt_neighbour(y, 4, 0)], 4, 1, 0);
    for (int x = 0; x < 4; ++x) EXPECT_EQ(out[x], map[y / 2][x / 2]);
  }
}

TEST(Golden, G10Pixel) {
  const int32_t cases[][2] = {{0, 128},     {127, 128},  {128, 129},  {-128, 128},  {-129, 127},
                              {32511, 255}, {-32768, 0}, {-32896, 0}, {12345, 176}};
  for (const auto& c : cases) EXPECT_EQ(cgrt_pixel(c[0]), uint32_t(c[1])) << c[0];
}

TEST(Golden, G11FoldedWeight) {
  const int32_t cases[][3] = {{127, 4096, 2032}, {-127, 4096, -2032}, {-128, -32767, 16384}, {1, 128, 1}, {-1, 128, 0}, {3, 43, 1}};
  for (const auto& c : cases) EXPECT_EQ(cgrt_folded(c[0], c[1]), c[2]);
}

// A record with only what cgrt_filter looks at: a MAP layer whose weights start at offset 64.
std::vector<int> unpack(uint8_t wbits, std::vector<uint8_t> packed) {
  std::vector<uint8_t> file(64);
  const uint8_t count = uint8_t(packed.size() * 8 / wbits);
  file[0] = 1;
  file[2] = wbits;
  file[4] = count;
  file[16] = 64;
  file.insert(file.end(), packed.begin(), packed.end());
  std::vector<int8_t> scratch(count);
  cgrt_run run{};
  run.file = file.data();
  run.filter = scratch.data();
  const int8_t* filter = cgrt_filter(&run, file.data(), 0);
  return std::vector<int>(filter, filter + count);
}

TEST(Golden, G12PackedWeights) {
  EXPECT_EQ(unpack(4, {0x7f, 0x80}), (std::vector<int>{-1, 7, 0, -8}));
  EXPECT_EQ(unpack(6, {0x1f, 0x08, 0xfe}), (std::vector<int>{31, -32, -32, -1}));
}

TEST(Golden, G13Truncation) {
  const int32_t cases[][4] = {{10, 110, 128, 60}, {10, -91, 128, -40}, {0, 1, 128, 1}, {0, -1, 128, 0}, {5, 99, 256, 99}, {5, 99, 0, 5}};
  for (const auto& c : cases) EXPECT_EQ(cgrt_truncate(c[0], c[1], c[2]), c[3]);
}

}  // namespace
