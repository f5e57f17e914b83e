// Alpha, grey, orientation, cropping and resizing against plain formulas.
#include "centigan/data/picture.h"

#include <gtest/gtest.h>

#include <cmath>

namespace centigan {
namespace {

Picture noise(int64_t width, int64_t height, int64_t channels) {
  Picture picture{width, height, channels, {}};
  uint32_t state = 7;
  for (int64_t i = 0; i < width * height * channels; ++i)
    picture.pixels.push_back(static_cast<uint8_t>((state = state * 1664525 + 1013904223) >> 24));
  return picture;
}

uint8_t at(const Picture& p, int64_t x, int64_t y, int64_t c) {
  return p.pixels[static_cast<size_t>((y * p.width + x) * p.channels + c)];
}

TEST(Background, Texts) {
  Background b;
  EXPECT_TRUE(parse_background("#fF8001", b));
  EXPECT_EQ(b.rgb[0], 255);
  EXPECT_EQ(b.rgb[1], 128);
  EXPECT_EQ(b.rgb[2], 1);
  EXPECT_TRUE(parse_background("premultiply", b) && b.premultiply);
  EXPECT_TRUE(parse_background("black", b) && b.rgb[0] == 0 && !b.premultiply);
  EXPECT_TRUE(parse_background("white", b) && b.rgb[0] == 255);
  for (const char* bad : {"", "red", "#fff", "#ggffff", "#ff80011"}) EXPECT_FALSE(parse_background(bad, b)) << bad;
}

TEST(Channels, AlphaIsFlattened) {
  const Picture pixels{3, 1, 4, {200, 100, 50, 255, 200, 100, 50, 0, 200, 100, 50, 128}};
  Background white, black;
  parse_background("black", black);
  const std::vector<uint8_t> on_white = {200, 100, 50, 255, 255, 255, 227, 177, 152};
  const std::vector<uint8_t> on_black = {200, 100, 50, 0, 0, 0, 100, 50, 25};
  EXPECT_EQ(with_channels(pixels, 3, white).pixels, on_white);
  EXPECT_EQ(with_channels(pixels, 3, black).pixels, on_black);
  EXPECT_EQ(with_channels(pixels, 4, white).pixels, pixels.pixels);
  Background premultiply;
  parse_background("premultiply", premultiply);
  const std::vector<uint8_t> multiplied = {200, 100, 50, 255, 0, 0, 0, 0, 100, 50, 25, 128};
  EXPECT_EQ(with_channels(pixels, 4, premultiply).pixels, multiplied);
  EXPECT_EQ(with_channels(pixels, 3, premultiply).pixels, on_black);
}

TEST(Channels, GreyBothWays) {
  const Picture colours{4, 1, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9}};
  EXPECT_EQ(with_channels(colours, 1, {}).pixels, (std::vector<uint8_t>{76, 150, 29, 9}));
  const Picture grey{2, 1, 2, {40, 255, 40, 0}};
  EXPECT_EQ(with_channels(grey, 3, {}).pixels, (std::vector<uint8_t>{40, 40, 40, 255, 255, 255}));
  EXPECT_EQ(with_channels(grey, 1, {}).pixels, (std::vector<uint8_t>{40, 255}));
}

// A picture "12 / 34 / 56" shown upright for each flag of the Exif specification.
TEST(Upright, AllFlags) {
  const Picture picture{2, 3, 1, {1, 2, 3, 4, 5, 6}};
  const std::vector<std::vector<uint8_t>> expected = {{1, 2, 3, 4, 5, 6}, {2, 1, 4, 3, 6, 5}, {6, 5, 4, 3, 2, 1},
                                                      {5, 6, 3, 4, 1, 2}, {1, 3, 5, 2, 4, 6}, {5, 3, 1, 6, 4, 2},
                                                      {6, 4, 2, 5, 3, 1}, {2, 4, 6, 1, 3, 5}};
  for (int flag = 1; flag <= 8; ++flag) {
    const Picture turned = upright(picture, flag);
    EXPECT_EQ(turned.pixels, expected[static_cast<size_t>(flag - 1)]) << flag;
    EXPECT_EQ(turned.width, flag >= 5 ? 3 : 2);
  }
}

TEST(Resize, SameSizeIsACopy) {
  const Picture picture = noise(17, 9, 3);
  for (const Filter filter : {Filter::kBox, Filter::kLanczos})
    EXPECT_EQ(resized(picture, 17, 9, filter).pixels, picture.pixels);
}

TEST(Resize, BoxByAWholeFactorIsTheMean) {
  const Picture picture = noise(24, 16, 3), half = resized(picture, 12, 8, Filter::kBox);
  for (int64_t y = 0; y < 8; ++y)
    for (int64_t x = 0; x < 12; ++x)
      for (int64_t c = 0; c < 3; ++c) {
        const int sum = at(picture, 2 * x, 2 * y, c) + at(picture, 2 * x + 1, 2 * y, c) +
                        at(picture, 2 * x, 2 * y + 1, c) + at(picture, 2 * x + 1, 2 * y + 1, c);
        ASSERT_EQ(at(half, x, y, c), (sum + 2) / 4);
      }
}

// Area by area in double, without separating the axes.
double area_mean(const Picture& p, int64_t x, int64_t y, double sx, double sy) {
  double sum = 0;
  for (int64_t v = 0; v < p.height; ++v)
    for (int64_t u = 0; u < p.width; ++u) {
      const double w =
          std::min<double>(double(u + 1), double(x + 1) * sx) - std::max<double>(double(u), double(x) * sx);
      const double h =
          std::min<double>(double(v + 1), double(y + 1) * sy) - std::max<double>(double(v), double(y) * sy);
      if (w > 0 && h > 0) sum += w * h * at(p, u, v, 0);
    }
  return sum / (sx * sy);
}

TEST(Resize, BoxByAnyFactorIsTheAreaMean) {
  const Picture picture = noise(37, 23, 1), small = resized(picture, 16, 10, Filter::kBox);
  for (int64_t y = 0; y < 10; ++y)
    for (int64_t x = 0; x < 16; ++x)
      ASSERT_NEAR(at(small, x, y, 0), area_mean(picture, x, y, 37.0 / 16, 2.3), 0.5 + 1e-3);
}

TEST(Resize, EnlargingIsLinear) {
  const Picture picture{2, 1, 1, {0, 100}};
  EXPECT_EQ(resized(picture, 4, 1, Filter::kBox).pixels, (std::vector<uint8_t>{0, 25, 75, 100}));
}

TEST(Resize, LanczosMatchesItsFormula) {
  const Picture picture = noise(40, 8, 1), small = resized(picture, 16, 8, Filter::kLanczos);
  const double pi = std::acos(-1.0), scale = 2.5;
  const auto sinc = [&](double x) { return x == 0 ? 1 : std::sin(pi * x) / (pi * x); };
  for (int64_t x = 0; x < 16; ++x) {
    double sum = 0, weights = 0;
    for (int64_t u = 0; u < 40; ++u) {
      const double d = (double(u) + 0.5 - (double(x) + 0.5) * scale) / scale;
      const double w = std::abs(d) < 3 ? sinc(d) * sinc(d / 3) : 0;
      sum += w * at(picture, u, 3, 0), weights += w;
    }
    ASSERT_NEAR(at(small, x, 3, 0), std::min(255.0, std::max(0.0, sum / weights)), 0.51) << x;
  }
}

TEST(Resize, TransparentPixelsDoNotBleed) {
  const Picture picture{2, 1, 4, {200, 100, 0, 255, 0, 0, 255, 0}};
  EXPECT_EQ(resized(picture, 1, 1, Filter::kBox).pixels, (std::vector<uint8_t>{200, 100, 0, 128}));
}

TEST(Fitted, CropTakesTheCentre) {
  const Picture picture = noise(13, 8, 3), square = fitted(picture, 8, Fit::kCrop, Filter::kBox, {});
  for (int64_t y = 0; y < 8; ++y)
    for (int64_t x = 0; x < 8; ++x) ASSERT_EQ(at(square, x, y, 1), at(picture, x + 2, y, 1));
}

TEST(Fitted, CropToAnotherShape) {
  const PictureSize size(8, 12);
  const Picture picture = noise(15, 8, 3), wide = fitted(picture, size, Fit::kCrop, Filter::kBox, {});
  ASSERT_EQ(wide.width, 12);
  for (int64_t y = 0; y < 8; ++y)
    for (int64_t x = 0; x < 12; ++x) ASSERT_EQ(at(wide, x, y, 1), at(picture, x + 1, y, 1));
  const Picture tall = fitted(noise(12, 30, 3), size, Fit::kCrop, Filter::kBox, {});
  EXPECT_EQ(tall.pixels, fitted(tall, size, Fit::kPad, Filter::kLanczos, {}).pixels);
  const Picture same = noise(24, 16, 1);
  EXPECT_EQ(fitted(same, size, Fit::kCrop, Filter::kBox, {}).pixels, resized(same, 12, 8, Filter::kBox).pixels);
}

TEST(Fitted, PadToAnotherShape) {
  const PictureSize size(8, 12);
  const Picture picture = noise(6, 8, 1), wide = fitted(picture, size, Fit::kPad, Filter::kBox, {});
  ASSERT_EQ(wide.pixels.size(), 96u);
  for (int64_t y = 0; y < 8; ++y)
    for (int64_t x = 0; x < 12; ++x) ASSERT_EQ(at(wide, x, y, 0), x < 3 || x >= 9 ? 255 : at(picture, x - 3, y, 0));
}

TEST(Fitted, PadKeepsAllAndShowsTheBackground) {
  Background red;
  parse_background("#ff0000", red);
  const Picture picture = noise(16, 8, 3), square = fitted(picture, 16, Fit::kPad, Filter::kBox, red);
  for (int64_t y = 0; y < 16; ++y)
    for (int64_t x = 0; x < 16; ++x) {
      const bool inside = y >= 4 && y < 12;
      ASSERT_EQ(at(square, x, y, 0), inside ? at(picture, x, y - 4, 0) : 255);
      ASSERT_EQ(at(square, x, y, 1), inside ? at(picture, x, y - 4, 1) : 0);
    }
}

TEST(Fitted, StretchScalesEachAxis) {
  const Picture picture = noise(32, 16, 1), square = fitted(picture, 16, Fit::kStretch, Filter::kBox, {});
  for (int64_t y = 0; y < 16; ++y)
    for (int64_t x = 0; x < 16; ++x)
      ASSERT_EQ(at(square, x, y, 0), (at(picture, 2 * x, y, 0) + at(picture, 2 * x + 1, y, 0) + 1) / 2);
}

}  // namespace
}  // namespace centigan
