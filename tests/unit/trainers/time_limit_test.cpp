#include "time_limit.h"

#include "tiny.h"

namespace centigan {
namespace {

TEST(TimeLimit, LeavesWhileAStepAndASaveStillFit) {
  double now = 100.0;
  TimeLimit limit(60.0, [&] { return now; });
  limit.saved(0.1);
  int steps = 0;
  for (; !limit.reached(); ++steps) {
    limit.step_begins();
    now += steps % 11 == 0 ? 8.0 : 1.0;  // R1 makes every eleventh longer
    limit.step_ended();
  }
  EXPECT_GE(now, 150.0);
  EXPECT_LT(now + 0.1, 160.0) << "the one that would begin at 154 takes 8 s";
}

TEST(TimeLimit, OneLongStepIsForgotten) {
  double now = 0.0;
  TimeLimit limit(1000.0, [&] { return now; });
  const auto step = [&](double seconds) { limit.step_begins(), now += seconds, limit.step_ended(); };
  step(100.0);
  for (int i = 0; i < 800; ++i) step(1.0);
  EXPECT_FALSE(limit.reached()) << "at 900 of 1000 s, with steps of one second";
}

TEST(TimeLimit, NoneIsNeverReached) {
  double now = 0.0;
  TimeLimit limit(0.0, [&] { return now; });
  now = 1e9;
  EXPECT_FALSE(limit.reached());
  EXPECT_TRUE(limit.fits(1e9));
}

TEST(TimeLimit, EndsARunThatGoesOnLater) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 1000000);
  config.trainer.tick = config.trainer.save_every = config.trainer.grid_every = 10;
  TrainOptions options = quiet();
  options.time_limit = 4.0;
  ASSERT_EQ(train(config, options), TrainEnd::kTimeLimit);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "  time limit: stopped at ");
  EXPECT_HAS(slurp(config.out + "/log.txt"), "and saved; the same command goes on");
  const int64_t images = open_run(config.out).images;
  EXPECT_GT(images, 0);
  ASSERT_EQ(train(config, quiet(1)), TrainEnd::kStopped);
  EXPECT_EQ(open_run(config.out).images, images + config.trainer.batch);
}

}  // namespace
}  // namespace centigan
