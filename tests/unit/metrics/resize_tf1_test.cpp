#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "centigan/metrics/extractor.h"
#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

void check_resize(const at::Tensor& images, std::vector<float> second_row, double sum) {
  const at::Tensor resized = resize_tf1(images);
  for (size_t i = 0; i < second_row.size(); ++i) {
    EXPECT_NEAR(resized[0][0][1][static_cast<int64_t>(i)].item<float>(), second_row[i], 2e-4f);
  }
  EXPECT_NEAR(resized.to(at::kDouble).sum().item<double>(), sum, 5e-9 * sum);
}

TEST(ResizeTf1, Goldens) {
  check_resize(filler_images("fid/A", {4, 3, 64, 64}), {146.29097f, 125.21130f, 104.13162f, 83.05195f, 61.97228f},
               137050598.7);
  check_resize(filler_images("fid/B", {2, 3, 40, 56}), {125.90970f, 131.17890f, 136.44810f}, 68650084.1);
  check_resize(filler_images("fid/C", {2, 3, 320, 400}), {176.72577f, 110.09063f, 157.27531f}, 68399520.4);
}

TEST(ResizeTf1, SameSizeIsTheIdentity) {
  const at::Tensor images = filler_images("fid/A", {1, 3, 299, 299});
  EXPECT_TRUE(at::equal(resize_tf1(images), images.to(at::kFloat)));
}

TEST(ResizeTf1, TakesStridedAndFloatPictures) {
  const at::Tensor images = filler_images("fid/B", {1, 40, 56, 3}).permute({0, 3, 1, 2});
  EXPECT_TRUE(at::equal(resize_tf1(images), resize_tf1(images.contiguous().to(at::kFloat))));
  EXPECT_EQ(resize_tf1(at::ones({1, 1, 1, 1}), 5).sum().item<float>(), 25.0f);
}

TEST(ResizeTf1, WantsPictures) {
  expect_error([] { resize_tf1(at::ones({3, 8, 8})); }, "pictures must be [N,C,H,W] with pixels");
  expect_error([] { resize_tf1(at::ones({0, 3, 8, 8})); }, "pictures must be [N,C,H,W] with pixels");
}

}  // namespace
}  // namespace centigan
