// Inception score, calibrated ratio, diversity, perceptual distance and path length.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "centigan/metrics/calibration.h"
#include "centigan/metrics/diversity.h"
#include "centigan/metrics/inception_score.h"
#include "centigan/metrics/path_length.h"
#include "centigan/metrics/perceptual.h"
#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

TEST(InceptionScore, Goldens) {
  const at::Tensor logits = filler("is/l", {40, 10}, 2);
  expect_relative(inception_score(logits, 1).mean, 2.27348930718336, 1e-12);
  const InceptionScore four = inception_score(logits, 4);
  expect_relative(four.mean, 2.06321530258091, 1e-12);
  expect_relative(four.deviation, 0.145880874936541, 1e-11);
}

TEST(InceptionScore, SureAndEvenlySpreadIsTheNumberOfClasses) {
  EXPECT_NEAR(inception_score(at::eye(10) * 100 - 50, 1).mean, 10, 1e-9);
}

TEST(InceptionScore, WantsTwoRowsASplit) {
  expect_error([] { inception_score(filler("is/l", {19, 10})); }, "needs at least 20 pictures, got 19");
}

TEST(Calibration, Golden) {
  const CalibratedRatio r = calibrated_ratio(filler("cal/r", {20, 16}), filler("cal/f", {200, 16}));
  expect_relative(r.distance, 4.84207401803712, 1e-10);
  expect_relative(r.denominator, 5.40479552228640, 1e-10);
  expect_relative(r.deviation, 0.394886227844921, 1e-9);
  expect_relative(r.value, 0.895884774561976, 1e-10);
  EXPECT_EQ(r.blocks, 10);
  EXPECT_EQ(r.flag(), "");
}

TEST(Calibration, CopiersAreFarBelowOne) {
  const at::Tensor real = filler("cal/r", {20, 16}), copies = real.repeat({10, 1});
  const CalibratedRatio exact = calibrated_ratio(real, copies);
  expect_relative(exact.distance, 0.00791970337463965, 1e-6);
  expect_relative(exact.value, 0.00184957296478, 1e-6);
  EXPECT_EQ(exact.flag(), "memorising?");
  const CalibratedRatio noisy = calibrated_ratio(real, copies + filler("cal/j", {200, 16}, 0.05));
  expect_relative(noisy.value, 0.00227657869371, 1e-6);
}

TEST(Calibration, CollapsedAndTooFew) {
  const at::Tensor real = filler("cal/r", {20, 16}), one = at::ones({1, 16});
  const CalibratedRatio collapsed = calibrated_ratio(real, one.expand({40, 16}));
  EXPECT_TRUE(std::isinf(collapsed.value));
  EXPECT_EQ(collapsed.flag(), "collapsed");
  expect_error([&] { calibrated_ratio(real, one.expand({39, 16})); }, "needs at least 40 pictures, got 39");
  EXPECT_TRUE(std::isnan(calibrated_ratio(real, filler("cal/f", {40, 16}).narrow(0, 0, 40)).spread()) == false);
}

TEST(Diversity, VendiGoldens) {
  expect_relative(vendi_score(filler("pr/x", {20, 4})), 3.79294980377660, 1e-11);
  EXPECT_NEAR(vendi_score(filler("pr/x", {1, 4}).expand({7, 4})), 1, 1e-9);
  EXPECT_NEAR(vendi_score(at::eye(6)), 6, 1e-9);
  EXPECT_NEAR(vendi_score(at::eye(6).repeat({3, 1})), 6, 1e-9);
}

at::Tensor gaps_on_a_line(const IndexPairs& pairs) {
  std::vector<double> gaps;
  for (const auto& [i, j] : pairs) gaps.push_back(std::abs(static_cast<double>(i - j)));
  return at::tensor(gaps, at::kDouble);
}

TEST(Diversity, RandomPairsAreOfDifferentPicturesAndRepeatable) {
  const IndexPairs pairs = random_pairs(5, 400, 3);
  for (const auto& [i, j] : pairs) EXPECT_TRUE(i != j && i >= 0 && i < 5 && j >= 0 && j < 5);
  EXPECT_EQ(pairs, random_pairs(5, 400, 3));
  EXPECT_NE(pairs, random_pairs(5, 400, 4));
  EXPECT_NEAR(mean_pair_distance(5, gaps_on_a_line, 4000), 2.0, 0.1);
}

TEST(Diversity, ClustersAreCountedToTheLast) {
  const ClusterDiversity d = cluster_diversity(at::tensor({0, 0, 0, 2, 3, 3}, at::kLong), 5, gaps_on_a_line);
  EXPECT_NEAR(d.mean, ((1.0 + 2 + 1) / 3 + 1) / 2, 1e-12);
  EXPECT_EQ(d.empty, 2);
  EXPECT_EQ(d.single, 1);
  EXPECT_TRUE(std::isnan(cluster_diversity(at::tensor({1}, at::kLong), 3, gaps_on_a_line).mean));
}

TEST(Diversity, OfALargeClusterTwelvePicturesCount) {
  const at::Tensor nearest = at::arange(0, 40, at::kLong).remainder(2);  // two clusters of twenty
  const IndexPairs pairs = cluster_pairs(nearest, 2);
  ASSERT_EQ(pairs.size(), 2u * 66);
  for (const auto& [i, j] : pairs) EXPECT_TRUE(i < j && j < 24 && (j - i) % 2 == 0) << i << " " << j;
}

std::vector<at::Tensor> two_maps(const std::string& side) {
  return {filler("lpips/" + side + "0", {4, 6, 6}).unsqueeze(0), filler("lpips/" + side + "1", {8, 3, 3}).unsqueeze(0)};
}

TEST(Perceptual, Goldens) {
  const std::vector<at::Tensor> weights = {filler_u64("lpips/w0", {4}), filler_u64("lpips/w1", {8})};
  const auto a = two_maps("a"), b = two_maps("b");
  expect_relative(perceptual_distance({a[0]}, {b[0]}, {weights[0]}).item<double>(), 0.882225550433754, 1e-12);
  expect_relative(perceptual_distance({a[1]}, {b[1]}, {weights[1]}).item<double>(), 1.36008066962544, 1e-12);
  expect_relative(perceptual_distance(a, b, weights).item<double>(), 2.2423062200592, 1e-12);
}

TEST(Perceptual, EqualPicturesAndUnitWeights) {
  const auto a = two_maps("a"), b = two_maps("b");
  EXPECT_EQ(perceptual_distance(a, a).item<double>(), 0.0);
  const std::vector<at::Tensor> shares = {at::full({4}, 0.25), at::full({8}, 0.125)};
  expect_relative(perceptual_distance(a, b).item<double>(), perceptual_distance(a, b, shares).item<double>(), 1e-12);
}

TEST(Perceptual, RefusesDifferentMaps) {
  expect_error([] { perceptual_distance(two_maps("a"), {two_maps("b")[0]}); }, "the two sides have different maps");
}

at::Tensor path_golden_distances() {
  const at::Tensor m = filler("ppl/A", {12, 16}).to(at::kDouble);
  const auto draw = [&](const at::Tensor& w) { return w.matmul(m.t()); };
  const auto mean_square = [](const at::Tensor& a, const at::Tensor& b) { return (a - b).square().mean(1); };
  return path_distances(draw, mean_square, filler("ppl/w0", {200, 16}).to(at::kDouble),
                        filler("ppl/w1", {200, 16}).to(at::kDouble));
}

TEST(PathLength, Golden) {
  const at::Tensor d = path_golden_distances();
  const double first[] = {7.6076417, 69.1082576, 31.2619890};
  for (int64_t i = 0; i < 3; ++i) EXPECT_NEAR(d[i].item<double>(), first[i], 1e-5);
  const PathLength length = path_length(d);
  expect_relative(length.value, 27.9862126136, 1e-7);
  expect_relative(length.untrimmed, 28.2001380953, 1e-7);
  EXPECT_EQ(length.kept, 198);
  EXPECT_NEAR(length.low, 7.9070507, 1e-5);
  EXPECT_NEAR(length.high, 69.1082576, 1e-5);
}

TEST(PathLength, WantsAHundredFiniteDistances) {
  expect_error([] { path_length(at::ones({99})); }, "needs at least 100 pictures, got 99");
  at::Tensor d = at::ones({100});
  d[4] = INFINITY;
  expect_error([&] { path_length(d); }, "row 4: not finite");
}

}  // namespace
}  // namespace centigan
