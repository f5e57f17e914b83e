#include "centigan/diffaug/controller.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>
#include <thread>

#include "centigan/core/error.h"

namespace centigan {
namespace {

AdaptConfig published(const std::string& mode = "policy") {
  AdaptConfig config;
  config.mode = mode;
  config.kimg = 500, config.ceiling = 1.0;
  return config;
}

// Scores of which a share of `positive` is above 0.
at::Tensor scores(int64_t count, double positive) {
  return at::where(at::arange(count).lt(positive * count), at::ones({count}), -at::ones({count})).unsqueeze(1);
}

TEST(Controller, StepsOfThePublishedExamples) {
  for (const auto& [batch, step] : {std::pair<int64_t, double>{8, 6.4e-5}, {32, 2.56e-4}}) {
    AugmentController controller(published(), 5, at::kCPU);
    for (int64_t i = 0; i < 4; ++i) {
      EXPECT_EQ(controller.probabilities()[0], 0.0);
      controller.observe(scores(batch, 1.0));
      controller.end_step(i, batch);
    }
    EXPECT_DOUBLE_EQ(controller.probabilities()[0], step);
    EXPECT_FLOAT_EQ(controller.p()[4].item<float>(), static_cast<float>(step));
    EXPECT_EQ(controller.sign(), 1.0);
  }
}

// 1,000 iterations at batch 8 with signs of mean 0.7: 250 updates; with 0.5 p stays where it is.
TEST(Controller, ThousandIterations) {
  for (const auto& [positive, p] : {std::pair<double, double>{0.85, 0.016}, {0.75, 0.0}}) {
    AugmentController controller(published(), 1, at::kCPU);
    for (int64_t i = 0; i < 1000; ++i) {
      controller.observe(scores(20, positive));
      controller.end_step(i, 8);
    }
    EXPECT_NEAR(controller.probabilities()[0], p, 1e-12);
  }
}

TEST(Controller, ZeroAndNoNumberCountAsNothing) {
  AugmentController controller(published(), 1, at::kCPU);
  controller.observe(at::tensor({0.0, std::nan(""), 1.0, 1.0}));
  controller.end_step(3, 4);
  EXPECT_EQ(controller.sign(), 0.5);
}

TEST(Controller, OnTargetNothingMoves) {
  AdaptConfig config = published();
  config.start = 0.25;
  AugmentController controller(config, 1, at::kCPU);
  controller.observe(scores(10, 0.8));  // 8 - 2 of 10
  controller.end_step(3, 8);
  EXPECT_EQ(controller.probabilities()[0], 0.25);
  controller.end_step(7, 8);  // nothing was seen
  EXPECT_EQ(controller.probabilities()[0], 0.25);
  EXPECT_EQ(controller.sign(), 0.6);
}

TEST(Controller, NeverAboveTheCeilingNorBelowZero) {
  AdaptConfig config;
  config.mode = "step", config.kimg = 0.05;
  AugmentController controller(config, 3, at::kCPU);
  double highest = 0.0;
  for (int64_t i = 0; i < 4000; ++i) {
    controller.observe(at::randn({4, 1}) + 3 * std::sin(i / 200.0), at::rand({4, 3}).lt(controller.p()));
    controller.end_step(i, 4);
    for (const double p : controller.probabilities()) {
      EXPECT_TRUE(p >= 0.0 && p <= 0.8) << p;
      highest = std::max(highest, p);
    }
  }
  EXPECT_EQ(highest, 0.8);
  EXPECT_LE(controller.p().max().item<float>(), 0.8f);
}

// A discriminator that is less sure the more is augmented: mean sign 1 - p, so p settles at 0.4.
TEST(Controller, ReachesItsTarget) {
  AdaptConfig config = published();
  config.kimg = 10;
  AugmentController controller(config, 2, at::kCPU);
  for (int64_t i = 0; i < 2000; ++i) {
    controller.observe(scores(1000, 1 - controller.probabilities()[0] / 2));
    controller.end_step(i, 8);
  }
  EXPECT_NEAR(controller.probabilities()[0], 0.4, 0.01);
  EXPECT_NEAR(controller.sign(), 0.6, 0.01);
}

// Only the first step confuses D: its p falls while the other's rises. Before a step has acted, all pictures count.
TEST(Controller, StepsHaveTheirOwnProbability) {
  AdaptConfig config = published("step");
  config.start = 0.5;
  AugmentController controller(config, 3, at::kCPU);
  const at::Tensor acted =
      at::tensor({1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0}).view({2, 3, 2}).transpose(1, 2).flatten(0, 1);
  ASSERT_EQ(acted.sizes(), (at::IntArrayRef{4, 3}));
  controller.observe(at::tensor({-1.0, -1.0, 1.0, 1.0}), acted.to(at::kBool));
  controller.end_step(3, 8);
  EXPECT_LT(controller.probabilities()[0], 0.5);  // acted on the two that D doubts
  EXPECT_GT(controller.probabilities()[1], 0.5);  // on the others
  EXPECT_LT(controller.probabilities()[2], 0.5);  // on none: r of all is 0
  EXPECT_EQ(controller.sign(), 0.0);
}

TEST(Controller, ThreadsSumTheSame) {
  const at::Tensor logits = at::randn({64, 1});
  AdaptConfig config = published("step");
  AugmentController serial(config, 2, at::kCPU), parallel(config, 2, at::kCPU);
  const auto feed = [&](AugmentController& controller, int64_t i) {
    controller.observe(logits.narrow(0, 8 * i, 8), logits.narrow(0, 8 * i, 8).gt(at::tensor({0.0, 0.5})));
  };
  std::vector<std::thread> threads;
  for (int64_t i = 0; i < 8; ++i) threads.emplace_back([&, i] { feed(parallel, i); });
  for (int64_t i = 0; i < 8; ++i) feed(serial, i);
  for (std::thread& thread : threads) thread.join();
  Snapshot a, b;
  serial.save("a/", a), parallel.save("a/", b);
  EXPECT_TRUE(a.tensor("a/sums").equal(b.tensor("a/sums")));
}

TEST(Controller, StateGoesOnBitForBit) {
  AdaptConfig config = published("step");
  config.kimg = 0.1;
  const auto feed = [](AugmentController& controller, int64_t i) {
    controller.observe(at::arange(-3, 5).view({8, 1}) + static_cast<double>(i % 7) - 2,
                       at::arange(16).view({8, 2}).remainder(3).eq(i % 3));
    controller.end_step(i, 8);
  };
  AugmentController straight(config, 2, at::kCPU), first(config, 2, at::kCPU), second(config, 2, at::kCPU);
  for (int64_t i = 0; i < 30; ++i) feed(straight, i);
  for (int64_t i = 0; i < 14; ++i) feed(first, i);  // in the middle of an interval
  Snapshot snapshot;
  first.save("augment/", snapshot);
  second.load("augment/", snapshot, "file");
  for (int64_t i = 14; i < 30; ++i) feed(second, i);
  EXPECT_EQ(second.probabilities(), straight.probabilities());
  EXPECT_EQ(second.sign(), straight.sign());
  EXPECT_TRUE(second.p().equal(straight.p()));
}

TEST(Controller, StateOfAnotherPolicyIsRefused) {
  AugmentController two(published("step"), 2, at::kCPU), three(published("step"), 3, at::kCPU);
  Snapshot snapshot;
  two.save("augment/", snapshot);
  try {
    three.load("augment/", snapshot, "run.h5");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("run.h5: augment/p and augment/sums are not those of 3 steps"),
              std::string::npos)
        << error.what();
  }
}

}  // namespace
}  // namespace centigan
