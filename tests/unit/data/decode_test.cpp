// Pixels of odd but valid files: PNG and BMP exactly, JPEG within 3.
#include <gtest/gtest.h>

#include <cstdlib>

#include "good_files.h"
#include "centigan/data/picture.h"

namespace centigan {
namespace {

using namespace image_files;

Picture decoded(const Bytes& file) {
  Picture picture;
  std::string problem;
  const ImageScan scan = scan_image(file.data(), file.size());
  EXPECT_TRUE(scan.good()) << scan.problem;
  EXPECT_TRUE(decode_image(file.data(), file.size(), scan, picture, problem)) << problem;
  return picture;
}

using Expected = std::function<int(int x, int y, int c)>;

void expect_pixels(const Picture& picture, int channels, const Expected& expected, int tolerance = 0) {
  ASSERT_EQ(picture.channels, channels);
  ASSERT_EQ(picture.pixels.size(), static_cast<size_t>(picture.width * picture.height * channels));
  size_t i = 0;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x)
      for (int c = 0; c < channels; ++c, ++i)
        ASSERT_LE(std::abs(picture.pixels[i] - expected(x, y, c)), tolerance) << x << "," << y << "," << c;
}

TEST(Decode, PngOfEveryTypeAndDepth) {
  const int channels[] = {1, 0, 3, 0, 2, 0, 4};
  for (const auto& [colour, depth] : std::vector<std::pair<int, int>>{
           {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {4, 8}, {4, 16}, {6, 8}, {6, 16}})
    for (const bool interlaced : {false, true}) {
      PngSpec spec = sized_png(13, 9, colour, depth);
      spec.interlaced = interlaced;
      const uint32_t max = (1u << depth) - 1;
      const auto sample = [&](int x, int y, int c) { return (busy(x, y, c) << 8 | busy(y, x, c)) % (max + 1); };
      const auto expected = [&, d = depth](int x, int y, int c) {
        return static_cast<int>(d == 16 ? sample(x, y, c) >> 8 : sample(x, y, c) * 255 / max);
      };
      expect_pixels(decoded(encode_png(spec, sample)), channels[colour], expected);
    }
}

TEST(Decode, PaletteIsExpandedAndMissingEntriesAreBlack) {
  const Bytes colours = four_colours();
  for (const int depth : {2, 4, 8}) {
    const auto sample = [&](int x, int y, int) { return static_cast<uint32_t>(x + y) & (depth == 2 ? 3u : 7u); };
    const auto expected = [&](int x, int y, int c) {
      const uint32_t index = sample(x, y, c);
      return index < 4 ? int{colours[index * 3 + static_cast<uint32_t>(c)]} : 0;
    };
    expect_pixels(decoded(encode_png(palette_png(depth), sample)), 3, expected);
  }
}

TEST(Decode, TransparencyOfPaletteGreyAndColour) {
  PngSpec palette = palette_png(8), grey = sized_png(16, 16, 0), colour;
  palette.transparency = {0, 128}, grey.transparency = {0, 7}, colour.transparency = {0, 7, 0, 8, 0, 9};
  const auto palette_alpha = [](int x, int y, int) {
    const uint32_t index = index_of_four(x, y, 0);
    return index == 0 ? 0 : index == 1 ? 128 : 255;
  };
  const auto check = [](const Picture& picture, int channels, const Expected& alpha) {
    ASSERT_EQ(picture.channels, channels);
    for (int i = 0; i < 256; ++i)
      ASSERT_EQ(picture.pixels[static_cast<size_t>(i * channels + channels - 1)], alpha(i % 16, i / 16, 0));
  };
  check(decoded(encode_png(palette, index_of_four)), 4, palette_alpha);
  const auto sevens = [](int x, int y, int c) {
    return (x + y) % 2 ? static_cast<uint32_t>(7 + c) : busy(x, y, c) | 16;
  };
  const auto clear = [](int x, int y, int) { return (x + y) % 2 ? 0 : 255; };
  check(decoded(encode_png(grey, sevens)), 2, clear);
  check(decoded(encode_png(colour, sevens)), 4, clear);
}

TEST(Decode, BmpOfEveryHeader) {
  for (const int bits : {24, 32})
    for (const int header : {40, 108, 124})
      for (const bool top_down : {false, true}) {
        const bool fields = bits == 32 && header != 108;
        const Picture picture = decoded(encode_bmp({13, 9, bits, header, top_down, fields, {}}, busy));
        const bool alpha = bits == 32 && !(fields && header == 40);
        const auto expected = [](int x, int y, int c) { return static_cast<int>(busy(x, y, c < 3 ? 2 - c : 3)); };
        expect_pixels(picture, alpha ? 4 : 3, expected);
      }
  const Bytes colours = {10, 20, 30, 0, 40, 50, 60, 0, 70, 80, 90, 0, 1, 2, 3, 0};
  const auto expected = [&](int x, int y, int c) { return int{colours[index_of_four(x, y, 0) * 4 + 2 - uint32_t(c)]}; };
  expect_pixels(decoded(encode_bmp({13, 9, 8, 40, false, false, colours}, index_of_four)), 3, expected);
}

int drawn(int x, int y, int c) {
  return c == 0 ? 40 + 6 * x : c == 1 ? 200 - 5 * y : 60 + 3 * x + 4 * y;
}

TEST(Decode, JpegOfEveryKind) {
  namespace j = jpeg_files;
  for (const auto* file : {&j::kBaseline, &j::kProgressive, &j::kRestarts, &j::kTurned, &j::kRgb})
    expect_pixels(decoded(*file), 3, drawn, 3);
  expect_pixels(decoded(j::kGrey), 1, drawn, 3);
}

TEST(Decode, JpegWithCoarserColour) {
  namespace j = jpeg_files;
  const auto stored = [](const Bytes& pixels) {
    return [&pixels](int x, int y, int c) { return int{pixels[static_cast<size_t>((y * 21 + x) * 3 + c)]}; };
  };
  expect_pixels(decoded(j::kFourTwoZero), 3, stored(j::kFourTwoZeroPixels), 3);
  expect_pixels(decoded(j::kFourOneOne), 3, stored(j::kFourOneOnePixels), 3);
}

TEST(Decode, DamagedScanDataIsNamed) {
  Bytes file = jpeg_files::kBaseline;
  const size_t start = marker_at(file, 0xda) + 14;
  for (size_t i = start; i < file.size() - 2; ++i) file[i] = (i - start) % 2 ? 0 : 255;  // no code is all ones
  const ImageScan scan = scan_image(file.data(), file.size());
  ASSERT_TRUE(scan.good()) << scan.problem;
  Picture picture;
  std::string problem;
  EXPECT_FALSE(decode_image(file.data(), file.size(), scan, picture, problem));
  EXPECT_EQ(problem.substr(0, 24), "JPEG cannot be decoded: ") << problem;
}

TEST(Decode, MemoryIsCounted) {
  const Bytes huge = jpeg_declaring(8191, 8191);
  const Bytes progressive = with_byte(huge, marker_at(huge, 0xc0) + 1, 0xc2);
  ImageScan scan;
  scan.format = ImageFormat::kJpeg, scan.width = scan.height = 8191;
  Picture picture;
  std::string problem;
  EXPECT_FALSE(decode_image(progressive.data(), progressive.size(), scan, picture, problem));
  EXPECT_EQ(problem, "needs more than 512 MiB to decode");
}

}  // namespace
}  // namespace centigan
