#include "centigan/trainers/schedule.h"

#include "tiny.h"

namespace centigan {
namespace {

StepInfo at_images(int64_t images, int64_t batch) {
  StepInfo info;
  info.images = images, info.batch = batch, info.step = images / batch;
  return info;
}

double beta(double ema_kimg, double ramp, int64_t images, int64_t batch) {
  TrainerConfig config;
  config.ema_kimg = ema_kimg, config.ema_rampup = ramp;
  return ema_beta(config, at_images(images, batch));
}

TEST(Schedule, EmaBetas) {
  EXPECT_NEAR(beta(10, 0, 123456, 8), 0.9994456360, 1e-9);
  EXPECT_NEAR(beta(10, 0.05, 0, 32), 0.0, 1e-9);
  EXPECT_NEAR(beta(10, 0.05, 3200, 32), 0.8705505633, 1e-9);
  EXPECT_NEAR(beta(10, 0.05, 1000000, 32), 0.9977843871, 1e-9);
  EXPECT_NEAR(beta(5, 0.05, 40000, 16), 0.9944701687, 1e-9);
}

TEST(Schedule, AverageIsACopyAtFirst) {
  TrainerConfig config;
  config.ema_rampup = 0, config.ema_start = 10;
  EXPECT_EQ(ema_beta(config, at_images(9984, 16)), 0.0);
  EXPECT_GT(ema_beta(config, at_images(10000, 16)), 0.99);
}

TEST(Schedule, PhasesOf32Steps) {
  const std::vector<Phase> phases = {{"Gmain", "G", 1}, {"Greg", "G", 4}, {"Dmain", "D", 1}, {"Dreg", "D", 16}};
  std::map<std::string, int> count;
  for (int64_t step = 0; step < 32; ++step)
    for (const Phase& phase : phases) count[phase.name] += is_due(phase, step_info({}, step));
  EXPECT_EQ(count, (std::map<std::string, int>{{"Gmain", 32}, {"Greg", 8}, {"Dmain", 32}, {"Dreg", 2}}));
}

TEST(Schedule, LazyCorrection) {
  const std::vector<Phase> phases = {{"Gmain", "G", 1}, {"Greg", "G", 4}, {"Dmain", "D", 1}, {"Dreg", "D", 16}};
  const AdamSettings g = adam_settings({}, phases, "G"), d = adam_settings({}, phases, "D");
  EXPECT_NEAR(0.002 * g.lr_factor, 0.0016, 1e-12);
  EXPECT_NEAR(g.beta2, 0.99199197, 1e-8);
  EXPECT_NEAR(0.002 * d.lr_factor, 0.00188235, 1e-8);
  EXPECT_NEAR(d.beta2, 0.99058546, 1e-8);
  EXPECT_EQ(g.beta1, 0.0);
  AdamConfig plain;
  plain.lazy_correction = false;
  EXPECT_EQ(adam_settings(plain, phases, "D").beta2, 0.99);
}

TEST(Schedule, LearningRateFallsInTheLastQuarter) {
  TrainerConfig config;
  config.kimg = 190, config.lr_decay_start = 0.75, config.lr_final = 0.05;
  EXPECT_EQ(lr_scale(config, at_images(142500, 20)), 1.0);
  EXPECT_NEAR(lr_scale(config, at_images(166250, 50)), 0.525, 1e-12);
  EXPECT_NEAR(lr_scale(config, at_images(190000, 20)), 0.05, 1e-12);
  EXPECT_EQ(lr_scale({}, at_images(300000, 16)), 1.0);
}

TEST(Schedule, TicksPassWhenTheirMultipleIsReached) {
  EXPECT_FALSE(passes(0.5, at_images(480, 16)));
  EXPECT_TRUE(passes(0.5, at_images(496, 16)));
  EXPECT_TRUE(passes(0.016, at_images(0, 16)));
  EXPECT_FALSE(passes(0.5, at_images(512, 16)));
}

TEST(Schedule, LengthIsRoundedUp) {
  TrainerConfig config;
  config.kimg = 0.1, config.batch = 16;
  EXPECT_EQ(total_steps(config), 7);
}

}  // namespace
}  // namespace centigan
