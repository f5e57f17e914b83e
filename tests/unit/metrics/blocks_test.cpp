// Sets larger than one piece of work give what the whole would.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "centigan/metrics/frechet.h"
#include "centigan/metrics/kid.h"
#include "centigan/metrics/nearest.h"
#include "centigan/metrics/prdc.h"
#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

TEST(Pieces, FrechetOfManyRows) {
  const at::Tensor x = filler("pieces/x", {2100, 6}), y = filler("pieces/y", {4200, 6}, 1.3, 0.2);
  const FeatureMoments moments = feature_moments(y);
  EXPECT_TRUE(at::allclose(moments.covariance, y.to(at::kDouble).t().cov(), 1e-11, 1e-12));
  expect_relative(frechet_distance(x, y).value, frechet_distance(feature_moments(x), moments).value, 1e-10);
  const at::Tensor few = x.narrow(0, 0, 5);
  expect_relative(frechet_distance(few, y).value, frechet_distance(few, moments.mean, moments.covariance).value, 1e-9);
}

TEST(Pieces, MomentsOfEqualSetsGiveZero) {
  const FeatureMoments moments = feature_moments(filler("pieces/x", {30, 6}));
  EXPECT_EQ(frechet_distance(moments, moments).value, 0.0);
}

TEST(Pieces, PrdcAndNearestOfManyRows) {
  const at::Tensor x = filler("pieces/x", {900, 3}), y = filler("pieces/y", {9000, 3}, 1.3, 0.2);
  const at::Tensor across = at::cdist(x.to(at::kDouble), y.to(at::kDouble), 2.0, 2);
  at::Tensor within = at::cdist(x.to(at::kDouble), x.to(at::kDouble), 2.0, 2);
  within.fill_diagonal_(INFINITY);
  const at::Tensor radius = std::get<0>(within.kthvalue(3, 1)).unsqueeze(1);
  EXPECT_DOUBLE_EQ(prdc(x, y).precision, across.le(radius).any(0).to(at::kDouble).mean().item<double>());
  const NearestTraining nearest = nearest_training(x, y);
  EXPECT_TRUE(at::equal(nearest.distance, std::get<0>(across.min(0))));
  EXPECT_TRUE(at::equal(nearest.own, std::get<0>(within.min(1))));
}

TEST(Pieces, AreCountedAndCanBeLeft) {
  const at::Tensor x = filler("pieces/x", {2100, 4}), y = filler("pieces/y", {4200, 4}, 1.3);
  for (const int which : {0, 1, 2}) {
    int64_t calls = 0, last = 0, all = 0;
    const RowWatch watch = [&](int64_t done, int64_t total) {
      EXPECT_GT(done, last);
      last = done, all = total, ++calls;
    };
    const auto work = [&](const RowWatch& w) {
      if (which == 0) prdc(x, y, 3, 5, w);
      if (which == 1) kid(x, y, w);
      if (which == 2) nearest_training(x, y, {}, w);
    };
    work(watch);
    EXPECT_EQ(last, which == 2 ? 6300 : 8400);
    EXPECT_EQ(all, last);
    EXPECT_GE(calls, 4);
    EXPECT_THROW(work([](int64_t, int64_t) { throw std::runtime_error("left"); }), std::runtime_error);
  }
}

// For each row its distance to the k-th nearest of `points`, the straight way.
at::Tensor kth_distances(const at::Tensor& across, int64_t k) {
  return std::get<0>(across.kthvalue(k, 1)).unsqueeze(1);
}

void expect_straight_prdc(const at::Tensor& x, const at::Tensor& y) {
  const at::Tensor across = at::cdist(x, y, 2.0, 2), fakes = at::cdist(y, y, 2.0, 2).fill_diagonal_(INFINITY);
  const at::Tensor reals = at::cdist(x, x, 2.0, 2).fill_diagonal_(INFINITY);
  const at::Tensor wide = across.le(kth_distances(reals, 5));
  const Prdc p = prdc(x, y);
  EXPECT_EQ(p.precision, across.le(kth_distances(reals, 3)).any(0).to(at::kDouble).mean().item<double>());
  EXPECT_EQ(p.recall, across.le(kth_distances(fakes, 3).t()).any(1).to(at::kDouble).mean().item<double>());
  EXPECT_DOUBLE_EQ(p.density, wide.sum(0).to(at::kDouble).mean().item<double>() / 5);
  EXPECT_EQ(p.coverage, wide.any(1).to(at::kDouble).mean().item<double>());
}

// Two heaps far apart: within a heap bounds in float32 say nothing, and all must be measured.
TEST(Pieces, ManyCloseCallsAreMeasured) {
  const at::Tensor x = filler("pieces/x", {1300, 5}).to(at::kDouble),
                   y = filler("pieces/y", {1100, 5}, 1.1).to(at::kDouble);
  expect_straight_prdc(x, y);
  const auto heaps = [](at::Tensor points) {
    points = points * 1e-5;
    points.slice(0, 0, points.size(0), 2) += 1000;
    return points;
  };
  expect_straight_prdc(heaps(x), heaps(y));
  const NearestTraining nearest = nearest_training(heaps(x), heaps(y));
  const auto [least, where] = at::cdist(heaps(y), heaps(x), 2.0, 2).min(1);
  EXPECT_TRUE(at::equal(nearest.distance, least));
  EXPECT_TRUE(at::equal(nearest.index, where));
}

// Sizes near what float32 can hold, on either side.
TEST(Pieces, AnyScale) {
  const at::Tensor x = filler("pieces/x", {60, 5}).to(at::kDouble),
                   y = filler("pieces/y", {70, 5}, 1.1).to(at::kDouble);
  for (const double scale : {1e-60, 1e-30, 1e30, 1e60}) {
    expect_straight_prdc(x * scale, y * scale);
    EXPECT_EQ(prdc(x * scale, y * scale).coverage, prdc(x, y).coverage);
  }
  const double near_limit = 3e38 / std::max(x.abs().max().item<double>(), y.abs().max().item<double>());
  for (const double scale : {near_limit, 1e-40}) {
    const at::Tensor a = (x * scale).to(at::kFloat), b = (y * scale).to(at::kFloat);
    expect_straight_prdc(a.to(at::kDouble), b.to(at::kDouble));
    EXPECT_EQ(prdc(a, b).density, prdc(a.to(at::kDouble), b.to(at::kDouble)).density);
  }
}

TEST(Pieces, ThreadsChangeNothing) {
  const at::Tensor x = filler("pieces/x", {2100, 6}), y = filler("pieces/y", {3100, 6}, 1.2, 0.2);
  const int before = at::get_num_threads();
  std::vector<double> numbers[3];
  for (const int threads : {1, 2, 3}) {
    at::set_num_threads(threads);
    const Prdc p = prdc(x, y);
    const Kid k = kid(x, y);
    numbers[threads - 1] = {p.precision, p.recall, p.density, p.coverage, k.value, k.error};
  }
  at::set_num_threads(before);
  EXPECT_EQ(numbers[0], numbers[1]);
  EXPECT_EQ(numbers[0], numbers[2]);
}

TEST(Pieces, KidOfManyRows) {
  const at::Tensor x = filler("pieces/x", {1100, 6}).to(at::kDouble),
                   y = filler("pieces/y", {2100, 6}, 1.2, 0.2).to(at::kDouble);
  const auto kernel = [](const at::Tensor& a, const at::Tensor& b) { return (a.matmul(b.t()) / 6 + 1).pow(3); };
  const double within_x = kernel(x, x).fill_diagonal_(0).sum().item<double>() / (1100.0 * 1099);
  const double within_y = kernel(y, y).fill_diagonal_(0).sum().item<double>() / (2100.0 * 2099);
  expect_relative(kid(x, y).value, within_x + within_y - 2 * kernel(x, y).mean().item<double>(), 1e-10);
}

// Twins, near twins and a large offset, where products of matrices lose what differences keep.
TEST(Pieces, CloseCallsAreDecidedByDifferences) {
  for (const double offset : {0.0, 3e6}) {
    at::Tensor x = filler("pieces/x", {300, 5}).to(at::kDouble), y = filler("pieces/y", {400, 5}, 1.1).to(at::kDouble);
    x.narrow(0, 100, 100).copy_(x.narrow(0, 0, 100)), y.narrow(0, 0, 100).copy_(x.narrow(0, 0, 100) + 1e-9);
    x += offset, y += offset;
    const at::Tensor across = at::cdist(x, y, 2.0, 2);
    at::Tensor within = at::cdist(x, x, 2.0, 2);
    within.fill_diagonal_(INFINITY);
    const at::Tensor narrow = std::get<0>(within.kthvalue(3, 1)).unsqueeze(1);
    const at::Tensor wide = std::get<0>(within.kthvalue(5, 1)).unsqueeze(1);
    const Prdc p = prdc(x, y);
    EXPECT_EQ(p.precision, across.le(narrow).any(0).to(at::kDouble).mean().item<double>());
    EXPECT_EQ(p.density, across.le(wide).sum(0).to(at::kDouble).mean().item<double>() / 5);
    EXPECT_EQ(p.coverage, std::get<0>(across.min(1, true)).le(wide).to(at::kDouble).mean().item<double>());
    const NearestTraining nearest = nearest_training(x, y, x.flip(1));
    const at::Tensor both = at::minimum(across.t(), at::cdist(y, x.flip(1).contiguous(), 2.0, 2));
    EXPECT_TRUE(at::equal(nearest.distance, std::get<0>(both.min(1))));
    EXPECT_TRUE(at::equal(nearest.index, std::get<1>(both.min(1))));
  }
}

}  // namespace
}  // namespace centigan
