#include "centigan/metrics/nearest.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

// Thirty fakes of which the first six are training pictures with a little noise.
at::Tensor partly_copied(const at::Tensor& train) {
  at::Tensor fakes = filler("mem/f", {30, 6});
  fakes.narrow(0, 0, 6).copy_(train.narrow(0, 0, 6) + filler("mem/j", {6, 6}, 0.02));
  return fakes;
}

TEST(Nearest, Golden) {
  const at::Tensor train = filler("mem/x", {20, 6});
  const NearestTraining nearest = nearest_training(train, partly_copied(train));
  const double distance[] = {0.0409397, 0.0620523, 0.0330073, 0.0371184, 0.0301749, 0.0368110, 1.8738906, 1.7520691};
  const int64_t index[] = {0, 1, 2, 3, 4, 5, 18, 10};
  for (int64_t i = 0; i < 8; ++i) {
    EXPECT_NEAR(nearest.distance[i].item<double>(), distance[i], 1e-6);
    EXPECT_EQ(nearest.index[i].item<int64_t>(), index[i]);
  }
  const double own[] = {2.2092584, 2.1168510, 1.5890668, 1.8104817};
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(nearest.own[i].item<double>(), own[i], 1e-6);
  EXPECT_DOUBLE_EQ(copied_share(nearest, 1), 26.0 / 30);
  EXPECT_DOUBLE_EQ(copied_share(nearest, 0.5), 7.0 / 30);
}

TEST(Nearest, CountsTrainingPicturesThatAreSomebodysNearest) {
  const at::Tensor train = at::tensor({0.0, 1.0, 2.0, 10.0}).unsqueeze(1);
  const at::Tensor fakes = at::tensor({0.1, 0.2, -5.0, 1.9}).unsqueeze(1);
  EXPECT_EQ(nearest_training(train, fakes).covered, 2);
}

TEST(Nearest, MirroredTrainingPicturesAreCandidatesButNotOnesOwn) {
  const at::Tensor train = at::tensor({0.0, 5.0}).unsqueeze(1), flipped = at::tensor({8.0, 5.5}).unsqueeze(1);
  const NearestTraining nearest = nearest_training(train, at::tensor({7.9}).unsqueeze(1), flipped);
  EXPECT_EQ(nearest.index[0].item<int64_t>(), 0);
  EXPECT_NEAR(nearest.distance[0].item<double>(), 0.1, 1e-6);
  EXPECT_EQ(nearest.own[0].item<double>(), 5.0);
  EXPECT_EQ(nearest.own[1].item<double>(), 3.0);
}

TEST(Nearest, ExactCopiesOfDuplicatesCount) {
  const at::Tensor train = at::zeros({3, 4}), fakes = at::zeros({2, 4});
  EXPECT_EQ(copied_share(nearest_training(train, fakes), 0.5), 1.0);
}

TEST(Nearest, LargeOffsetsLoseNoDigits) {
  const at::Tensor train = at::tensor({1e8, 1e8 + 1}, at::kDouble).unsqueeze(1).expand({2, 64}).contiguous();
  EXPECT_EQ(nearest_training(train, train + 0.25).distance[1].item<double>(), 2.0);
}

}  // namespace
}  // namespace centigan
