#include "centigan/metrics/memorisation.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "centigan/metrics/calibration.h"
#include "centigan/metrics/kid.h"
#include "centigan/metrics/nearest.h"
#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

TEST(RankTest, Goldens) {
  const at::Tensor train = filler("mem/x", {20, 6});
  at::Tensor fakes = filler("mem/f", {30, 6});
  fakes.narrow(0, 0, 6).copy_(train.narrow(0, 0, 6) + filler("mem/j", {6, 6}, 0.02));
  const NearestTraining nearest = nearest_training(train, fakes);
  const RankTest loo = rank_test(nearest.distance, nearest.own);
  EXPECT_EQ(loo.u, 132);
  expect_relative(*loo.z, -3.32721530023, 1e-10);
  const RankTest held = rank_test(nearest.distance, distance_to_training(train, filler("mem/h", {12, 6})));
  EXPECT_EQ(held.u, 83);
  expect_relative(*held.z, -2.70070332499, 1e-10);
}

TEST(RankTest, TiesCountByHalf) {
  // Three held-out values are too few for a z; the formula is checked with each value twice.
  const RankTest few = rank_test(at::tensor({1.0, 2.0, 2.0, 3.0}), at::tensor({2.0, 2.0, 4.0}));
  EXPECT_EQ(few.u, 4);
  EXPECT_FALSE(few.z.has_value());
  const RankTest test = rank_test(at::tensor({1.0, 2.0, 2.0, 3.0}), at::tensor({2.0, 2.0, 4.0, 4.0, 4.0}));
  EXPECT_EQ(test.u, 4);
  const double ties = 60 + 24, variance = 20.0 / 12 * (10 - ties / 72);
  expect_relative(*test.z, (4 - 10) / std::sqrt(variance), 1e-12);
}

TEST(RankTest, WithoutAnyDifferenceThereIsNoValue) {
  EXPECT_FALSE(rank_test(at::ones({9}), at::ones({6})).z.has_value());
}

at::Tensor path_steps(const at::Tensor& positions) {
  const at::Tensor a = filler("sm/a", {3, 5}).to(at::kDouble), b = filler("sm/b", {3, 5}).to(at::kDouble);
  const at::Tensor points = a.unsqueeze(1) + (b - a).unsqueeze(1) * positions.reshape({1, -1, 1});
  return (points.slice(1, 1) - points.slice(1, 0, -1)).norm(2, {2});
}

TEST(InterpolationJump, Goldens) {
  const at::Tensor t = at::linspace(0, 1, 17, at::kDouble);
  EXPECT_NEAR(interpolation_jump(path_steps(t)), 1, 1e-9);
  EXPECT_NEAR(interpolation_jump(path_steps(t.ge(0.5).to(at::kDouble))), 16, 1e-9);
  EXPECT_NEAR(interpolation_jump(path_steps(t * t)), 1.9375, 1e-9);
  EXPECT_EQ(interpolation_jump(at::zeros({2, 16})), 1);
  EXPECT_NEAR(interpolation_jump(at::tensor({1.0, 1.0, 0.0, 1.0}).reshape({2, 2})), 1.5, 1e-12);  // median of two
}

TEST(DiscriminatorGap, GoldenAndNone) {
  const at::Tensor train = filler("dg/t", {50}, 1, 1.5), held = filler("dg/h", {20}, 1, 0.5);
  const at::Tensor fake = filler("dg/f", {80}, 1, -1);
  expect_relative(*discriminator_gap(train, held, fake), 0.407882734350, 1e-9);
  EXPECT_FALSE(discriminator_gap(fake, held, train).has_value());
}

TEST(Verdict, CountsSignsAndSaysSo) {
  MemorisationEvidence evidence;
  EXPECT_EQ(memorisation_verdict(evidence).word, "ok");
  EXPECT_EQ(memorisation_verdict(evidence).sentence, "nothing was measured that could show copying");
  evidence.ratio = 0.9, evidence.near_duplicates = 0.25;
  EXPECT_EQ(memorisation_verdict(evidence).word, "check");
  evidence.rank_z = -3.5;
  const MemorisationVerdict verdict = memorisation_verdict(evidence);
  EXPECT_EQ(verdict.word, "memorising");
  EXPECT_EQ(verdict.sentence.substr(0, 33), "memorising: 2 of 3 signs of copyi");
  EXPECT_EQ(verdict.signs.size(), 3u);
  EXPECT_FALSE(verdict.signs[0].present);
  EXPECT_EQ(verdict.signs[1].text.substr(0, 38), "25.0 % of the fakes are near duplicate");
}

TEST(Verdict, EachLimitIsThatOfTheManual) {
  const auto word = [](auto set) {
    MemorisationEvidence e;
    set(e);
    return memorisation_verdict(e).word;
  };
  EXPECT_EQ(word([](auto& e) { e.ratio = 0.7; }), "ok");
  EXPECT_EQ(word([](auto& e) { e.ratio = 0.69; }), "check");
  EXPECT_EQ(word([](auto& e) { e.kid = -0.3, e.kid_error = 0.1; }), "ok");
  EXPECT_EQ(word([](auto& e) { e.kid = -0.31, e.kid_error = 0.1; }), "check");
  EXPECT_EQ(word([](auto& e) { e.near_duplicates = 0.2; }), "ok");
  EXPECT_EQ(word([](auto& e) { e.rank_z = -3.0; }), "ok");
  EXPECT_EQ(word([](auto& e) { e.rank_z = -3.1; }), "check");
  EXPECT_EQ(word([](auto& e) { e.jump = 6.0; }), "ok");
  EXPECT_EQ(word([](auto& e) { e.jump = 6.1; }), "check");
}

// Six kinds of generator, rebuilt from features with ten classes of pictures.
struct Generators {
  at::Tensor real, pool;
  Generators() {
    const at::Tensor centres = filler("six/centres", {10, 64}, 1.5);
    const at::Tensor classes = (filler_u64("six/classes", {1100}) * 10).floor().to(at::kLong);
    const at::Tensor all = centres.index_select(0, classes) + filler("six/pictures", {1100, 64});
    real = all.narrow(0, 0, 100), pool = all.narrow(0, 100, 1000);
  }
  at::Tensor noise() const { return filler("six/noise", {1000, 64}, 0.02) * pool.std(0, false); }
  at::Tensor copies() const { return real.repeat({10, 1}) + noise(); }
  at::Tensor half_copies() const { return at::cat({copies().narrow(0, 0, 500), pool.narrow(0, 0, 500)}); }
  at::Tensor truncated() const { return pool.mean(0) + (pool - pool.mean(0)) * 0.7; }
  at::Tensor collapsed() const { return pool.narrow(0, 0, 5).repeat({200, 1}) + noise(); }
};

MemorisationVerdict verdict_on(const at::Tensor& real, const at::Tensor& fake) {
  MemorisationEvidence e;
  const Kid distance = kid(real, fake);
  const NearestTraining nearest = nearest_training(real, fake);
  e.ratio = calibrated_ratio(real, fake).value;
  e.kid = distance.value, e.kid_error = distance.error;
  e.near_duplicates = copied_share(nearest, 0.5);
  e.rank_z = rank_test(nearest.distance, nearest.own).z;
  return memorisation_verdict(e);
}

TEST(Verdict, SixGenerators) {
  const Generators g;
  const auto flag = [&](const at::Tensor& fake) { return calibrated_ratio(g.real, fake).flag(); };
  EXPECT_EQ(flag(g.pool), "");
  EXPECT_EQ(verdict_on(g.real, g.pool).word, "ok");
  EXPECT_EQ(flag(g.copies()), "memorising?");
  EXPECT_EQ(verdict_on(g.real, g.copies()).word, "memorising");
  EXPECT_EQ(flag(g.half_copies()), "memorising?");
  EXPECT_EQ(verdict_on(g.real, g.half_copies()).word, "memorising");
  EXPECT_EQ(flag(g.truncated()), "poor fit");
  EXPECT_EQ(flag(g.collapsed()), "poor fit");
}

}  // namespace
}  // namespace centigan
