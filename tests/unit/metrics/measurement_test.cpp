#include "centigan/metrics/measurement.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "centigan/metrics/frechet.h"
#include "centigan/metrics/kid.h"
#include "centigan/metrics/prdc.h"

namespace centigan {
namespace {

// Some overlap, so that no number is 0 or 1.
at::Tensor points(int64_t count, double shift) {
  const at::Tensor index = at::arange(count * 6, at::kDouble).reshape({count, 6});
  return (index * 0.7123).sin() + shift;
}

TEST(Measurement, WordsAreTheNumbersOfTheirFunctions) {
  const at::Tensor real = points(20, 0.0), fake = points(30, 0.3);
  const std::string network = "inception-2015-12-05";
  const Prdc prdc_values = prdc(real, fake);
  const std::vector<std::pair<std::string, double>> wanted = {
      {"FID", frechet_distance(real, fake).value}, {"KID", kid(real, fake).value},
      {"precision(k=3)", prdc_values.precision},   {"recall(k=3)", prdc_values.recall},
      {"density(k=5)", prdc_values.density},       {"coverage(k=5)", prdc_values.coverage}};
  ASSERT_EQ(wanted.size(), metric_kinds().size());
  for (size_t i = 0; i < wanted.size(); ++i)
    EXPECT_EQ(measured_number(metric_kinds()[i].word, real, fake, network), wanted[i]);
  EXPECT_EQ(measured_number("fid", real, fake, "custom:12345678").first, "FD-custom:12345678");
  EXPECT_EQ(measured_number("kid", real, fake, "custom:12345678").first, "KD-custom:12345678");
  EXPECT_THROW(measured_number("precise", real, fake, "x"), std::out_of_range);
}

TEST(Measurement, TheBestIsTheLargestOrTheSmallest) {
  for (const MetricKind& kind : metric_kinds()) EXPECT_EQ(kind.higher_is_better, kind.word.size() > 3) << kind.word;
}

PictureSet generated(const std::vector<at::Tensor>& pieces, const std::vector<std::vector<uint64_t>>& seeds) {
  GeneratedPictures set;
  for (size_t i = 0; i < pieces.size(); ++i) set.add(pieces[i], seeds[i]);
  return set.finish();
}

TEST(PictureSets, GeneratedOnesGoByTheirSeeds) {
  const at::Tensor images = at::arange(2 * 3 * 2 * 2, at::kByte).reshape({2, 3, 2, 2});
  const PictureSet set = generated({images}, {{7, 123456}});
  EXPECT_EQ(set.count(), 2);
  EXPECT_EQ(set.source, "gen8");
  EXPECT_EQ(picture_name(7), "seed00007.png");
  EXPECT_EQ(picture_name(123456), "seed123456.png");
  EXPECT_NE(set.fingerprint, generated({images}, {{8, 123456}}).fingerprint);
  EXPECT_NE(set.fingerprint, generated({images.flip({0})}, {{7, 123456}}).fingerprint);
  const PictureSet pieces = generated({images.narrow(0, 0, 1), images.narrow(0, 1, 1)}, {{7}, {123456}});
  EXPECT_EQ(set.fingerprint, pieces.fingerprint);
  EXPECT_EQ(pieces.count(), 2);
}

}  // namespace
}  // namespace centigan
