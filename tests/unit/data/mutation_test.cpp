// Damaged files: any cut and thousands of bit flips. Each is refused in words or decoded; the process lives.
#include <gtest/gtest.h>

#include <chrono>

#include "bad_files.h"
#include "centigan/data/picture.h"

namespace centigan {
namespace {

using namespace image_files;

// False: refused with a reason.
bool survives(const Bytes& file) {
  const ImageScan scan = scan_image(file.data(), file.size());
  EXPECT_EQ(scan.problem.empty(), scan.good());
  if (!scan.good()) return false;
  Picture picture, again;
  std::string problem;
  const bool good = decode_image(file.data(), file.size(), scan, picture, problem);
  EXPECT_EQ(good, problem.empty());
  EXPECT_EQ(decode_image(file.data(), file.size(), scan, again, problem), good);
  EXPECT_EQ(picture.pixels, again.pixels);  // no undefined byte reaches the pixels
  return good;
}

std::vector<Bytes> seeds() {
  std::vector<Bytes> files;
  for (const FileCase& c : good_files()) files.push_back(c.bytes);
  return files;
}

TEST(Mutation, EveryCutPngAndJpegIsRefused) {
  for (const Bytes& file : {good_png(), jpeg_files::kBaseline, jpeg_files::kProgressive, good_bmp()})
    for (size_t size = 0; size < file.size(); ++size) ASSERT_FALSE(survives(cut(file, size))) << size;
}

TEST(Mutation, FlippedPngIsAlwaysNoticed) {
  const Bytes png = good_png();
  for (size_t bit = 0; bit < png.size() * 8; ++bit)
    ASSERT_FALSE(survives(with_byte(png, bit / 8, png[bit / 8] ^ (1 << bit % 8)))) << bit;
}

TEST(Mutation, RandomDamageHarmsNothing) {
  uint32_t state = 1;
  const auto next = [&](size_t bound) { return ((state = state * 1664525 + 1013904223) >> 8) % bound; };
  const std::vector<Bytes> files = seeds();
  int used = 0;
  for (int i = 0; i < 6000; ++i) {
    Bytes file = files[next(files.size())];
    for (size_t flips = 1 + next(8); flips > 0; --flips) file[next(file.size())] ^= static_cast<uint8_t>(1 << next(8));
    used += survives(file);
  }
  EXPECT_GT(used, 100);
}

// As above, but the damage stays behind the checksums: IDAT bytes change, the CRC is made good.
TEST(Mutation, DamagedZlibHarmsNothing) {
  uint32_t state = 3;
  const auto next = [&](size_t bound) { return ((state = state * 1664525 + 1013904223) >> 8) % bound; };
  // A dynamic Huffman block, made by a common encoder from the bytes 0, 1, … 255 modulo 7, 816 of them.
  const PngSpec spec = sized_png(16, 17, 2, 8);
  const Bytes stream = stored_zlib(png_raw(spec, busy));
  for (int i = 0; i < 4000; ++i) {
    Bytes damaged = stream;
    const size_t reach = i % 2 ? 12 : damaged.size();
    for (size_t flips = 1 + next(6); flips > 0; --flips) damaged[next(reach)] ^= static_cast<uint8_t>(1 << next(8));
    survives(png_around(spec, damaged));
  }
}

}  // namespace
}  // namespace centigan
