#include "centigan/core/image.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>
#include <stb/stb_image.h>

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

}  // namespace
}  // namespace centigan
