// Every class of bad and odd files meets its verdict, and the decoder never sees what was refused.
#include "centigan/data/scan.h"

#include <gtest/gtest.h>

#include "bad_files.h"
#include "centigan/data/picture.h"

namespace centigan {
namespace {

using namespace image_files;

void expect_verdicts(const std::vector<FileCase>& cases) {
  for (const FileCase& c : cases) {
    const ImageScan scan = scan_image(c.bytes.data(), c.bytes.size());
    EXPECT_EQ(scan.problem.substr(0, c.problem.size()), c.problem) << c.name << ": " << scan.problem;
    EXPECT_EQ(scan.good(), c.problem.empty()) << c.name;
    EXPECT_EQ(scan.hint.substr(0, c.hint.size()), c.hint) << c.name;
  }
}

TEST(Scan, RefusesWhatIsNoPicture) {
  expect_verdicts(not_pictures());
}
TEST(Scan, RefusesBadPng) {
  expect_verdicts(bad_pngs());
}
TEST(Scan, RefusesBadJpeg) {
  expect_verdicts(bad_jpegs());
}
TEST(Scan, RefusesBadBmp) {
  expect_verdicts(bad_bmps());
}
TEST(Scan, AcceptsGoodFiles) {
  expect_verdicts(good_files());
}

TEST(Scan, DecoderTakesWhatTheScannerAccepts) {
  for (const FileCase& c : good_files()) {
    const ImageScan scan = scan_image(c.bytes.data(), c.bytes.size());
    Picture picture;
    std::string problem;
    EXPECT_TRUE(decode_image(c.bytes.data(), c.bytes.size(), scan, picture, problem)) << c.name << ": " << problem;
  }
}

TEST(Scan, StatesFormatSizeAndFlags) {
  const ImageScan jpeg = scan_image(jpeg_files::kTurned.data(), jpeg_files::kTurned.size());
  EXPECT_EQ(jpeg.format, ImageFormat::kJpeg);
  EXPECT_EQ(jpeg.width, 21);
  EXPECT_EQ(jpeg.height, 13);
  EXPECT_EQ(jpeg.orientation, 6);
  const Bytes deep = encode_png(sized_png(10, 12, 2, 16), busy);
  EXPECT_TRUE(scan_image(deep.data(), deep.size()).sixteen_bit);
}

TEST(Scan, DamagedExifIsNoRotation) {
  const size_t at = marker_at(jpeg_files::kTurned, 0xe1);
  for (size_t i = at + 10; i < at + 36; ++i) {
    const Bytes damaged = with_byte(jpeg_files::kTurned, i, 0xee);
    const ImageScan scan = scan_image(damaged.data(), damaged.size());
    EXPECT_TRUE(scan.good()) << scan.problem;
    EXPECT_TRUE(scan.orientation == 1 || scan.orientation == 6);
  }
}

TEST(Scan, FileSizeAndMemoryAreLimited) {
  ScanLimits limits;
  limits.max_bytes = 1 << 20;
  const Bytes large = joined(good_png(), Bytes(2 << 20, 0));
  EXPECT_EQ(scan_image(large.data(), large.size(), limits).problem, "is 2 MiB, the limit is 1 MiB");
  limits.max_memory = 1 << 20;
  const Bytes png = png_declaring(1000, 1000);
  EXPECT_EQ(scan_image(png.data(), png.size(), limits).problem, "needs 2 MiB to decode, the limit is 1 MiB");
  limits.max_pixels = 1000;
  EXPECT_EQ(scan_image(png.data(), png.size(), limits).problem, "1000x1000 is over the limit of 1,000 pixels");
}

}  // namespace
}  // namespace centigan
