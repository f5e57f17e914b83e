#include "centigan/metrics/kid.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

at::Tensor kid_x3() {
  return filler("fd/x3", {300, 16});
}
at::Tensor kid_y3() {
  return filler("fd/y3", {400, 16}, 1.5, 0.5);
}

TEST(Kid, ByHand) {
  const at::Tensor x = at::tensor({0.0, 2.0}).unsqueeze(1), y = at::tensor({1.0, 5.0}).unsqueeze(1);
  EXPECT_DOUBLE_EQ(kid(x, y).value, -463);
  EXPECT_TRUE(std::isnan(kid(x, y).error));
  EXPECT_FALSE(kid(x, y).memorising());
}

TEST(Kid, FullGoldens) {
  const Kid small = kid(filler("fd/x1", {5, 8}), filler("fd/y1", {7, 8}, 1, 0.25));
  expect_relative(small.value, -0.93599302478101, 1e-10);
  expect_relative(small.error, 0.22842271434659, 1e-10);
  EXPECT_TRUE(small.memorising());
  expect_relative(kid(filler("fd/x2", {100, 2048}), filler("fd/y2", {500, 2048}, 1, 0.1)).value, 0.0319584850924959,
                  1e-10);
  const Kid large = kid(kid_x3(), kid_y3());
  expect_relative(large.value, 1.75108612523142, 1e-10);
  expect_relative(large.error, 0.0493433378673559, 1e-10);
}

TEST(Kid, EqualSetsAreBelowZero) {
  expect_relative(kid(filler("fd/x1", {5, 8}), filler("fd/x1", {5, 8})).value, -3.41013111167528, 1e-10);
}

TEST(Kid, SubsetGoldens) {
  const KidSubsets small = kid_subsets(filler("fd/x2", {100, 2048}), filler("fd/y2", {500, 2048}, 1, 0.1), 10, 50);
  expect_relative(small.mean, 0.0322431142970955, 1e-10);
  expect_relative(small.deviation, 0.00403842028884587, 1e-9);
  const KidSubsets large = kid_subsets(kid_x3(), kid_y3(), 10, 50);
  expect_relative(large.mean, 1.76154021210104, 1e-10);
  expect_relative(large.deviation, 0.147365836782334, 1e-10);
  const double first[] = {1.63534911, 1.93376510, 1.77538523};
  for (size_t i = 0; i < 3; ++i) EXPECT_NEAR(large.values[i], first[i], 1e-8);
  EXPECT_TRUE(large.resampled);
}

TEST(Kid, SubsetsOfAllRealsAreNoErrorBar) {
  const KidSubsets all = kid_subsets(kid_x3(), kid_y3(), 2);
  EXPECT_EQ(all.size, 300);
  EXPECT_FALSE(all.resampled);
}

TEST(Kid, OrderAndThreadsChangeNothing) {
  const double value = kid(kid_x3(), kid_y3()).value;
  expect_relative(kid(kid_x3().flip(0), kid_y3().roll(7, 0)).value, value, 1e-12);
  const int threads = at::get_num_threads();
  at::set_num_threads(3);
  expect_relative(kid(kid_x3(), kid_y3()).value, value, 1e-12);
  at::set_num_threads(threads);
}

TEST(Kid, PiecesOfALargeSetAreTheWholeSet) {
  const at::Tensor x = filler("kid/large", {2100, 4}), y = filler("kid/other", {2200, 4}, 1.2);
  const auto kernel = [](const at::Tensor& a, const at::Tensor& b) {
    return (a.to(at::kDouble).matmul(b.to(at::kDouble).t()) / 4 + 1).pow(3);
  };
  const auto within = [&](const at::Tensor& a) {
    const double n = static_cast<double>(a.size(0));
    return (kernel(a, a).sum() - kernel(a, a).diagonal().sum()).item<double>() / (n * (n - 1));
  };
  const double whole = within(x) + within(y) - 2 * kernel(x, y).mean().item<double>();
  EXPECT_NEAR(kid(x, y).value, whole, 1e-11);
}

TEST(Kid, WantsTwoPicturesOnEachSide) {
  expect_error([] { kid(kid_x3().narrow(0, 0, 1), kid_y3()); }, "real features: needs at least 2 pictures, got 1");
  expect_error([] { kid_subsets(kid_x3(), kid_y3(), 1, 301); }, "real features: needs at least 301 pictures");
}

}  // namespace
}  // namespace centigan
