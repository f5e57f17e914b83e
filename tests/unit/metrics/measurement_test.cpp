#include "centigan/metrics/measurement.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace centigan {
namespace {

// Some overlap, so that no number is 0 or 1.
at::Tensor points(int64_t count, double shift) {
  const at::Tensor index = at::arange(count * 6, at::kDouble).reshape({count, 6});
  return (index * 0.7123).sin() + shift;
}

TEST(Measurement, EveryWordIsOneOfTheNumbers) {
  const at::Tensor real = points(20, 0.0), fake = points(30, 0.3);
  const auto numbers = measured_numbers(real, fake, "inception-2015-12-05");
  ASSERT_EQ(numbers.size(), metric_kinds().size());
  for (size_t i = 0; i < numbers.size(); ++i)
    EXPECT_EQ(measured_number(metric_kinds()[i].word, real, fake, "inception-2015-12-05"), numbers[i]);
  EXPECT_EQ(numbers.front().first, "FID");
  EXPECT_EQ(measured_number("fid", real, fake, "custom:12345678").first, "FD-custom:12345678");
  EXPECT_THROW(measured_number("precise", real, fake, "x"), std::out_of_range);
}

TEST(Measurement, FewPicturesHaveADistanceOnly) {
  EXPECT_EQ(measured_numbers(points(5, 0.0), points(30, 0.3), "x").size(), 1u);
  EXPECT_EQ(measured_numbers(points(6, 0.0), points(3, 0.3), "x").size(), 1u);
  EXPECT_EQ(measured_numbers(points(6, 0.0), points(4, 0.3), "x").size(), 5u);
}

TEST(PictureSets, GeneratedOnesGoByTheirSeeds) {
  const at::Tensor images = at::arange(2 * 3 * 2 * 2, at::kByte).reshape({2, 3, 2, 2});
  const PictureSet set = generated_pictures(images, {7, 123456});
  EXPECT_EQ(set.count(), 2);
  EXPECT_EQ(set.source, "gen8");
  EXPECT_EQ(picture_name(7), "seed00007.png");
  EXPECT_EQ(picture_name(123456), "seed123456.png");
  EXPECT_NE(set.fingerprint, generated_pictures(images, {8, 123456}).fingerprint);
  EXPECT_NE(set.fingerprint, generated_pictures(images.flip({0}), {7, 123456}).fingerprint);
}

}  // namespace
}  // namespace centigan
