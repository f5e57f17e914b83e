#include "centigan/metrics/prdc.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

void expect_prdc(const Prdc& p, double precision, double recall, double density, double coverage) {
  EXPECT_NEAR(p.precision, precision, 1e-8);
  EXPECT_NEAR(p.recall, recall, 1e-8);
  EXPECT_NEAR(p.density, density, 1e-8);
  EXPECT_NEAR(p.coverage, coverage, 1e-8);
}

at::Tensor cloud_p() {
  return filler("pr/x", {20, 4});
}
at::Tensor cloud_q() {
  return filler("pr/y", {30, 4}, 0.7, 0.3);
}

TEST(Prdc, OnALineByHand) {
  const at::Tensor x = at::arange(0, 6, at::kDouble).unsqueeze(1);
  const at::Tensor y = at::tensor({0.5, 1.5, 9.0, 9.5, 10.0, 10.5}, at::kDouble).unsqueeze(1);
  expect_prdc(prdc(x, y, 1, 2), 1.0 / 3, 0.5, 5.0 / 12, 0.5);
}

TEST(Prdc, GoldenAndOrientation) {
  expect_prdc(prdc(cloud_p(), cloud_q()), 0.966666666667, 0.8, 1.333333333333, 0.95);
  expect_prdc(prdc(cloud_q(), cloud_p()), 0.8, 0.966666666667, 0.49, 0.733333333333);
}

TEST(Prdc, OfEqualSets) {
  expect_prdc(prdc(cloud_p(), cloud_p()), 1, 1, 1.2, 1);
}

TEST(Prdc, NarrowAndCollapsed) {
  expect_prdc(prdc(cloud_p(), filler("pr/n", {20, 4}, 0.05)), 1, 0, 2.78, 0.75);
  expect_prdc(prdc(cloud_p(), cloud_p().narrow(0, 0, 1).expand({20, 4})), 1, 0.05, 1.6, 0.4);
}

TEST(Prdc, PointsOnTheRadiusAreInside) {
  const at::Tensor copies = cloud_p().narrow(0, 0, 5).repeat({4, 1});
  expect_prdc(prdc(copies, copies, 3, 3), 1, 1, 4.0 / 3, 1);
}

TEST(Prdc, NeedsMorePicturesThanNeighbours) {
  expect_error([] { prdc(cloud_p(), cloud_q().narrow(0, 0, 2)); }, "fake features: needs at least 4 pictures, got 2");
  expect_error([] { prdc(cloud_p().narrow(0, 0, 5), cloud_q()); }, "real features: needs at least 6 pictures, got 5");
}

}  // namespace
}  // namespace centigan
