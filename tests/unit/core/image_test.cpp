#include "centigan/core/image.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <stb/stb_image.h>

#include "centigan/core/animation.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "test_support.h"

namespace centigan {
namespace {

TEST(ToUint8, RoundsByTheOneRule) {
  const std::vector<float> x = {-2.0f, -1.0f, -0.9999f, 0.0f, 0.0039f, 0.9999f, 1.0f, 7.0f};
  const auto y = to_uint8(at::tensor(x));
  for (size_t i = 0; i < x.size(); ++i) {
    const float expected = std::min(255.0f, std::max(0.0f, std::floor(127.5f * x[i] + 128.0f)));
    EXPECT_EQ(y[static_cast<int64_t>(i)].item<int>(), static_cast<int>(expected)) << x[i];
  }
  EXPECT_EQ(y[3].item<int>(), 128);
  EXPECT_EQ(to_uint8(at::full({1}, 0.5, at::kBFloat16)).item<int>(), 191);
}

TEST(MakeGrid, PlacesPicturesInRowsAndFillsWithWhite) {
  const auto images = at::arange(5, at::kByte).view({5, 1, 1, 1}).expand({5, 3, 2, 3}).contiguous();
  const auto grid = make_grid(images);  // 3 columns, 2 rows
  ASSERT_EQ(grid.sizes(), (std::vector<int64_t>{3, 4, 9}));
  EXPECT_EQ(grid[0][0][8].item<int>(), 2);
  EXPECT_EQ(grid[2][3][5].item<int>(), 4);
  EXPECT_EQ(grid[1][3][8].item<int>(), 255);
  EXPECT_EQ(make_grid(images, 5).sizes(), (std::vector<int64_t>{3, 2, 15}));
}

TEST(WritePng, IsReadBackByAnotherDecoder) {
  const test::TempFolder folder;
  for (const int64_t channels : {1, 3, 4}) {
    const auto image = at::arange(channels * 20, at::kInt).mul(7).remainder(256).to(at::kByte).view({channels, 4, 5});
    write_png(folder / "a.png", image);
    const auto bytes = read_file(folder / "a.png", "test");
    EXPECT_EQ(bytes[1], 'P');
    int w = 0, h = 0, c = 0;
    uint8_t* pixels = stbi_load_from_memory(bytes.data(), static_cast<int>(bytes.size()), &w, &h, &c, 0);
    ASSERT_TRUE(pixels && w == 5 && h == 4 && c == channels);
    const auto flat = image.permute({1, 2, 0}).contiguous();
    EXPECT_TRUE(std::equal(pixels, pixels + channels * 20, flat.data_ptr<uint8_t>()));
    stbi_image_free(pixels);
  }
}

TEST(WritePng, OtherThanPicturesAreRefused) {
  const test::TempFolder folder;
  for (const auto& wrong : {at::zeros({2, 4, 4}, at::kByte), at::zeros({3, 4, 4}), at::zeros({3, 0, 4}, at::kByte),
                            at::zeros({4, 4}, at::kByte)}) {
    test::expect_error([&] { write_png(folder / "a.png", wrong); }, "a picture must be uint8 [CHW]");
  }
  test::expect_error([&] { make_grid(at::zeros({3, 4, 4}, at::kByte)); }, "a picture must be uint8 [NCHW]");
}

// The chunks of a PNG file: type and data.
std::vector<std::pair<std::string, std::string>> chunks_of(const std::string& file) {
  std::vector<std::pair<std::string, std::string>> chunks;
  for (size_t at = 8; at + 12 <= file.size();) {
    const auto* p = reinterpret_cast<const uint8_t*>(file.data()) + at;
    const size_t size = static_cast<size_t>(p[0]) << 24 | p[1] << 16 | p[2] << 8 | p[3];
    chunks.emplace_back(file.substr(at + 4, 4), file.substr(at + 8, size));
    at += size + 12;
  }
  return chunks;
}

std::string be32(uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8),
          static_cast<char>(value)};
}

TEST(Animation, HoldsTheFramesInOrder) {
  const test::TempFolder folder;
  std::vector<std::string> frames;
  for (const int64_t grey : {10, 20, 30}) frames.push_back(png_bytes(at::full({1, 4, 6}, grey, at::kByte)));
  write_animation(folder / "a.png", frames, {150, 900});
  const std::string file = read_text(folder / "a.png", "test");
  const auto chunks = chunks_of(file);
  std::string order;
  for (const auto& chunk : chunks) order += chunk.first + " ";
  EXPECT_EQ(order, "IHDR acTL fcTL IDAT fcTL fdAT fcTL fdAT IEND ");
  EXPECT_EQ(chunks[1].second, be32(3) + be32(0));
  const auto control = [](uint32_t number, int milliseconds) {
    return be32(number) + be32(6) + be32(4) + std::string(8, '\0') +
           std::string{static_cast<char>(milliseconds >> 8), static_cast<char>(milliseconds)} + "\x03\xe8" +
           std::string(2, '\0');
  };
  EXPECT_EQ(chunks[2].second, control(0, 150));
  EXPECT_EQ(chunks[4].second, control(1, 150));
  EXPECT_EQ(chunks[6].second, control(3, 900));
  EXPECT_EQ(chunks[3].second, chunks_of(frames[0])[1].second);
  EXPECT_EQ(chunks[7].second, be32(4) + chunks_of(frames[2])[1].second);
  int width = 0, height = 0, channels = 0;  // a viewer that knows no animations shows the first frame
  uint8_t* pixels = stbi_load_from_memory(reinterpret_cast<const uint8_t*>(file.data()), static_cast<int>(file.size()),
                                          &width, &height, &channels, 0);
  ASSERT_NE(pixels, nullptr);
  EXPECT_EQ(width * height * channels, 24);
  EXPECT_EQ(pixels[0], 10);
  stbi_image_free(pixels);
}

TEST(Animation, FramesOfOtherSizesAreRefused) {
  const test::TempFolder folder;
  const std::string small = png_bytes(at::zeros({3, 4, 6}, at::kByte)),
                    large = png_bytes(at::zeros({3, 6, 6}, at::kByte));
  EXPECT_THROW(write_animation(folder / "a.png", {small, large}), Error);
  EXPECT_THROW(write_animation(folder / "a.png", {"no picture"}), Error);
  EXPECT_FALSE(std::filesystem::exists(folder / "a.png"));
}

}  // namespace
}  // namespace centigan
