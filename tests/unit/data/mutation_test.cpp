// Damaged files: any cut and thousands of bit flips. Each is refused in words or decoded; the process lives.
#include <gtest/gtest.h>

#include "bad_files.h"
#include "fuzz/image_bodies.h"

namespace centigan {
namespace {

using namespace image_files;

// False: refused with a reason. Traps if pixels are undefined or sizes do not fit.
bool survives(const Bytes& file) {
  return fuzz::image(file.data(), file.size());
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

// As above, but behind the checksums: zlib streams by themselves, and PNG files that are correct around any bytes.
TEST(Mutation, DamageBehindChecksumsHarmsNothing) {
  uint32_t state = 3;
  const auto next = [&](size_t bound) { return ((state = state * 1664525 + 1013904223) >> 8) % bound; };
  const Bytes stream = stored_zlib(png_raw({}, busy));
  for (int i = 0; i < 3000; ++i) {
    Bytes damaged = stream;
    const size_t reach = i % 2 ? 12 : damaged.size();
    for (size_t flips = 1 + next(6); flips > 0; --flips) damaged[next(reach)] ^= static_cast<uint8_t>(1 << next(8));
    fuzz::zlib(damaged.data(), damaged.size());
    for (size_t k = 0; k < 72; ++k) damaged[k] = static_cast<uint8_t>(next(256));
    fuzz::png(damaged.data(), damaged.size());
  }
}

// What a fuzzer once found stays here.
TEST(Mutation, StoredFindings) {
  const Bytes empty_block_into_nothing = {0xfd, 0x78, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255};
  fuzz::any(empty_block_into_nothing.data(), empty_block_into_nothing.size());
}

}  // namespace
}  // namespace centigan
