// The loops over pixels give the same bits at every level of the processor.
#include "fused/rows.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace centigan {
namespace {

constexpr int kBytes[kElements] = {4, 8, 2, 2};

struct Sizes {
  int64_t channels, height, width;
  bool interleaved;
};

// Numbers from -1 to 1; rare: any bits, so that all magnitudes, infinities and NaN are among them.
std::vector<char> random_picture(std::mt19937& random, const Sizes& sizes, int element, bool rare) {
  std::vector<char> bytes(static_cast<size_t>(sizes.channels * sizes.height * sizes.width * kBytes[element]));
  for (size_t i = 0; i < bytes.size(); i += static_cast<size_t>(kBytes[element])) {
    const float value = static_cast<float>(random() % 20001) / 10000.0f - 1.0f;
    const double wide = value;
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    uint16_t half = static_cast<uint16_t>(rare ? random() : element == 3 ? bits >> 16 : 0x3000u + random() % 0x0c00u);
    if (rare) bits = static_cast<uint32_t>(random());
    if (element == 0) std::memcpy(&bytes[i], &bits, 4);
    if (element == 1) std::memcpy(&bytes[i], &wide, 8);
    if (element >= 2) std::memcpy(&bytes[i], &half, 2);
  }
  return bytes;
}

std::vector<Run> random_runs(std::mt19937& random, int64_t width) {
  std::vector<Run> runs;
  for (int32_t left = 0; left < width;) {
    const int32_t count = 1 + static_cast<int32_t>(random() % static_cast<uint32_t>(width - left));
    runs.push_back({left, left + count, static_cast<int32_t>(random() % 3)});
    left += count;
  }
  return runs;
}

std::vector<char> written(const RowKernels& rows, const Sizes& s, int element, const std::vector<char>& x,
                          const std::vector<Run>& runs, double alpha, double beta, bool stream) {
  const double fill[3] = {alpha == 1 ? 0 : 0.25, -1.5, 0.0};
  const size_t bytes = x.size();
  std::vector<char> memory(bytes + 64, 7);
  char* const y = memory.data() + (64 - reinterpret_cast<uintptr_t>(memory.data()) % 64);  // streaming wants that
  const int64_t pixel = s.interleaved ? s.channels : 1, plane = s.interleaved ? 1 : s.height * s.width;
  WriteArea area = {};
  area.x = x.data(), area.y = y, area.channels = s.channels, area.interleaved = s.interleaved;
  area.x_row = area.y_row = s.width * pixel, area.x_channel = area.y_channel = plane;
  area.alpha = alpha, area.beta = beta, area.fill = fill;
  area.runs = runs.data(), area.run_count = static_cast<int64_t>(runs.size());
  area.bottom = s.height, area.stream = stream;
  rows.write[element](area);
  return std::vector<char>(y, y + bytes);
}

double summed(const RowKernels& rows, const Sizes& s, int element, const std::vector<char>& x, int64_t left,
              int64_t right) {
  const int64_t pixel = s.interleaved ? s.channels : 1, plane = s.interleaved ? 1 : s.height * s.width;
  return rows.sum[element]({x.data(), s.width * pixel, plane, s.channels, s.interleaved, left, right, 0, s.height});
}

void expect_same_bits(std::mt19937& random, const Sizes& sizes, int element) {
  const std::vector<char> x = random_picture(random, sizes, element, false);
  const std::vector<char> rare = random_picture(random, sizes, element, true);
  const std::vector<Run> runs = random_runs(random, sizes.width);
  const std::string what = std::to_string(element) + " " + std::to_string(sizes.channels) + "x" +
                           std::to_string(sizes.height) + "x" + std::to_string(sizes.width);
  for (int level = 1; level <= 2 && rows_of_level(level); ++level) {
    const RowKernels &base = *rows_of_level(0), &rows = *rows_of_level(level);
    const auto expect_same = [&](const std::vector<char>& picture, double alpha, double beta, bool stream) {
      EXPECT_TRUE(written(base, sizes, element, picture, runs, alpha, beta, false) ==
                  written(rows, sizes, element, picture, runs, alpha, beta, stream))
          << what << " alpha " << alpha << " beta " << beta << " level " << level;
    };
    for (const bool stream : {false, true}) {
      expect_same(x, 0.75, 0, stream);
      expect_same(x, 0.75, 0.5, stream);
      expect_same(rare, 0.75, 0, stream);
      expect_same(rare, 1, 0, stream);  // a copy
    }
    for (const int64_t left : {int64_t{0}, sizes.width / 3})
      EXPECT_EQ(summed(base, sizes, element, x, left, sizes.width), summed(rows, sizes, element, x, left, sizes.width))
          << what << " level " << level;
  }
}

TEST(Rows, SameBitsAtEveryLevel) {
  std::mt19937 random(1);
  for (int element = 0; element < kElements; ++element)
    for (const int64_t channels : {1, 2, 3, 4, 5})
      for (const auto& [height, width] :
           std::vector<std::pair<int64_t, int64_t>>{{1, 1}, {5, 7}, {4, 16}, {3, 33}, {120, 32}, {2, 300}, {1, 2100}})
        for (const bool interleaved : {false, true})
          expect_same_bits(random, {channels, height, width, interleaved}, element);
}

}  // namespace
}  // namespace centigan
