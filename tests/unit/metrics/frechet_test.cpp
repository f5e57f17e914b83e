#include "centigan/metrics/frechet.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

at::Tensor column(std::vector<double> values) {
  return at::tensor(values, at::kDouble).unsqueeze(1);
}

struct FrechetGolden {
  at::Tensor x, y;
  double value, mean_term, trace_x, trace_y, nuclear;
};

void check_golden(const FrechetGolden& g, double tolerance) {
  const FrechetParts parts = frechet_distance(g.x, g.y);
  expect_relative(parts.value, g.value, tolerance);
  expect_relative(parts.mean_term, g.mean_term, tolerance);
  expect_relative(parts.trace_x, g.trace_x, tolerance);
  expect_relative(parts.trace_y, g.trace_y, tolerance);
  expect_relative(parts.nuclear, g.nuclear, tolerance);
}

const at::Tensor& x1() {
  static const at::Tensor x = filler("fd/x1", {5, 8});
  return x;
}
const at::Tensor& y1() {
  static const at::Tensor y = filler("fd/y1", {7, 8}, 1, 0.25);
  return y;
}

TEST(Frechet, ByHand) {
  check_golden({column({0, 2}), column({1, 5}), 6, 4, 2, 8, 4}, 1e-12);
}

TEST(Frechet, LowRankGolden) {
  check_golden({x1(), y1(), 7.2740462616754, 1.3955930937486, 9.8551415823851, 9.0976389398979, 6.5371636771781},
               1e-11);
}

TEST(Frechet, HundredAgainstFiveHundredGolden) {
  check_golden({filler("fd/x2", {100, 2048}), filler("fd/y2", {500, 2048}, 1, 0.1), 3267.955799516, 46.158179779,
                2047.520612483, 2049.008902509, 437.365947628},
               1e-10);
}

TEST(Frechet, SymmetricFormGolden) {
  check_golden({filler("fd/x3", {300, 16}), filler("fd/y3", {400, 16}, 1.5, 0.5), 9.0497035103987, 4.3068459448609,
                16.0567563496786, 36.4315009736103, 23.8726998788755},
               1e-9);
}

TEST(Frechet, AgainstStatisticsGolden) {
  const at::Tensor x = filler("fd/x3", {300, 16}).narrow(0, 0, 10);
  const at::Tensor y = filler("fd/y3", {400, 16}, 1.5, 0.5).to(at::kDouble);
  expect_relative(frechet_distance(x, y.mean(0), y.t().cov()).value, 22.7163412748486, 1e-9);
  expect_relative(frechet_distance(x, y).value, 22.7163412748486, 1e-9);
}

TEST(Frechet, StatisticsOfMoreRowsThanWidthGiveTheSymmetricForm) {
  const at::Tensor x = filler("fd/x3", {300, 16}), y = filler("fd/y3", {400, 16}, 1.5, 0.5).to(at::kDouble);
  expect_relative(frechet_distance(x, y.mean(0), y.t().cov()).value, 9.0497035103987, 1e-9);
}

// Plain colours, say: three dimensions of forty, with more rows than either.
TEST(Frechet, SetsThatFillFewDimensions) {
  const at::Tensor map = filler("fd/map", {3, 40}).to(at::kDouble);
  const at::Tensor x = filler("fd/low", {900, 3}).to(at::kDouble).matmul(map);
  const at::Tensor y = filler("fd/other", {700, 3}, 1.2, 0.1).to(at::kDouble).matmul(map);
  EXPECT_NEAR(frechet_distance(x, x.roll(7, 0)).value, 0, 1e-9);
  EXPECT_NEAR(frechet_distance(x, x.roll(7, 0) + 0.5).value, 10, 1e-9);
  const double low_rank = frechet_distance(x.narrow(0, 0, 40), y).value;
  const FeatureMoments few = feature_moments(x.narrow(0, 0, 40)), many = feature_moments(y);
  expect_relative(frechet_distance(few, many).value, low_rank, 1e-10);
  expect_relative(frechet_distance(many, few).value, low_rank, 1e-10);
  const at::Tensor one = x.narrow(0, 0, 1).expand({50, 40});
  expect_relative(frechet_distance(one, y).value, frechet_distance(y, one).value, 1e-12);
}

TEST(Frechet, UnbiasedCovarianceGolden) {
  const at::Tensor real = filler("freal", {64, 8});
  const at::Tensor fake = (filler("fgen", {48, 8}).to(at::kDouble) * 0.8 + 0.25).to(at::kFloat);
  EXPECT_NEAR(frechet_distance(real, fake).value, 1.7122410, 2e-6);
}

TEST(Frechet, OfEqualSetsIsZero) {
  EXPECT_EQ(frechet_distance(x1(), x1()).value, 0.0);
  EXPECT_LE(frechet_distance(y1(), y1().flip(0)).value, 1e-9);
  const at::Tensor copies = x1().narrow(0, 0, 1).expand({4, 8});
  EXPECT_EQ(frechet_distance(copies, copies).value, 0.0);
}

TEST(Frechet, OneRepeatedPictureHasNoSpread) {
  const FrechetParts parts = frechet_distance(x1().narrow(0, 0, 1).expand({4, 8}), y1());
  EXPECT_NEAR(parts.trace_x + parts.nuclear, 0, 1e-6);
  EXPECT_GT(parts.value, parts.trace_y);
}

TEST(Frechet, ShiftScaleOrderAndSymmetry) {
  EXPECT_NEAR(frechet_distance(x1(), x1() + 0.5).value, 2.0, 1e-6);
  const double value = frechet_distance(x1(), y1()).value;
  expect_relative(frechet_distance(x1() * 2, y1() * 2).value, 4 * value, 1e-12);
  expect_relative(frechet_distance(x1().flip(0), y1().roll(2, 0)).value, value, 1e-12);
  expect_relative(frechet_distance(y1(), x1()).value, value, 1e-12);
}

TEST(Frechet, NamesTheNonFiniteRow) {
  at::Tensor bad = x1().clone();
  bad[3][1] = std::nan("");
  expect_error([&] { frechet_distance(bad, y1()); }, "real features, row 3: not finite (1 of 5 rows)");
  expect_error([&] { frechet_distance(x1(), bad); }, "fake features, row 3");
}

TEST(Frechet, WantsTwoRowsOfEqualWidth) {
  expect_error([&] { frechet_distance(x1().narrow(0, 0, 1), y1()); }, "needs at least 2 pictures, got 1");
  expect_error([&] { frechet_distance(x1(), y1().narrow(1, 0, 7)); }, "the other side has width 8");
}

TEST(Frechet, RefusesACovarianceThatIsNone) {
  expect_error([&] { frechet_distance(x1(), at::zeros({8}), -9 * at::eye(8)); }, "below zero");
}

}  // namespace
}  // namespace centigan
