#include "centigan/trainers/train.h"
#include "tiny.h"

namespace centigan {
namespace {

// Augmentation that is steered: fast enough to move up and down within 60 steps.
TrainConfig adaptive_config(const std::string& mode, const std::string& out, int64_t steps = 60) {
  TrainConfig c = tiny_config("lite", out, steps);
  c.loss.r1_on = "augmented";
  c.trainer.augment = "color,translation,cutout";
  c.trainer.adapt.mode = mode, c.trainer.adapt.kimg = 0.3, c.trainer.adapt.target = 0.1;
  return c;
}

// Steps 6 and 23 are in the middle of an interval of 4.
void expect_resumes_bit_for_bit(const std::string& mode) {
  const ScratchFolder folder;
  const TrainConfig straight = adaptive_config(mode, folder / "straight");
  ASSERT_EQ(train(straight, quiet()), TrainEnd::kFinished);
  TrainConfig config = adaptive_config(mode, folder / "run");
  ASSERT_EQ(train(config, quiet(6)), TrainEnd::kStopped);
  EXPECT_GT(read_checkpoint(find_checkpoint(config.out)).tensor("augment/sums")[1][0].item<int64_t>(), 0);
  ASSERT_EQ(train(config, quiet(17)), TrainEnd::kStopped);
  config.trainer.threads = 2;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight.out));
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight.out));
  EXPECT_GT(read_checkpoint(find_checkpoint(config.out)).tensor("augment/p").max().item<double>(), 0.0);
}

TEST(TrainAdaptive, ResumesBitForBitWithOneProbability) {
  expect_resumes_bit_for_bit("policy");
}

TEST(TrainAdaptive, ResumesBitForBitWithOneForEachStep) {
  expect_resumes_bit_for_bit("step");
}

// The whole pipeline, with noise, steered: the same bits after a stop.
TEST(TrainAdaptive, AdaFollowsTheController) {
  const ScratchFolder folder;
  TrainConfig straight = adaptive_config("policy", folder / "straight", 12);
  straight.trainer.augment = "ada:bgcfnc", straight.trainer.adapt.start = 0.5;
  TrainConfig config = straight;
  config.out = folder / "run";
  ASSERT_EQ(train(straight, quiet()), TrainEnd::kFinished);
  ASSERT_EQ(train(config, quiet(5)), TrainEnd::kStopped);
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight.out));
  EXPECT_NE(read_checkpoint(find_checkpoint(config.out)).tensor("augment/p")[0].item<double>(), 0.5);
  TrainConfig fixed = tiny_config("lite", folder / "fixed", 2);
  fixed.trainer.augment = "ada:bgc:p=0.2";
  EXPECT_EQ(train(fixed, quiet()), TrainEnd::kFinished);
}

TEST(TrainAdaptive, LogsItsProbability) {
  const ScratchFolder folder;
  ASSERT_EQ(train(adaptive_config("step", folder / "run", 20), quiet()), TrainEnd::kFinished);
  const std::string stats = slurp(folder / "run/stats.jsonl"), log = slurp(folder / "run/log.txt");
  for (const char* key : {"\"Augment/p\": ", "\"Augment/sign\": ", "\"Augment/p/translation\": "})
    EXPECT_HAS(stats, key);
  EXPECT_HAS(log, ", p 0.");
  EXPECT_HAS(log, ", r ");
}

// A ceiling and a start of 1 is the policy as it is, bit for bit: gates move no other draw.
TEST(TrainAdaptive, ProbabilityOneIsThePlainPolicy) {
  const ScratchFolder folder;
  TrainConfig plain = adaptive_config("off", folder / "plain", 8),
              always = adaptive_config("policy", folder / "always", 8);
  always.trainer.adapt.start = always.trainer.adapt.ceiling = 1.0, always.trainer.adapt.target = -1.0;
  ASSERT_EQ(train(plain, quiet()), TrainEnd::kFinished);
  ASSERT_EQ(train(always, quiet()), TrainEnd::kFinished);
  const Snapshot a = read_checkpoint(find_checkpoint(plain.out)), b = read_checkpoint(find_checkpoint(always.out));
  EXPECT_EQ(b.tensor("augment/p")[0].item<double>(), 1.0);
  EXPECT_EQ(hash_snapshot(a, {"G/", "D/", "G_ema/"}), hash_snapshot(b, {"G/", "D/", "G_ema/"}));
}

TEST(TrainAdaptive, DryRunShowsIt) {
  const ScratchFolder folder;
  TrainOptions options;
  options.dry_run = true;
  testing::internal::CaptureStdout();
  EXPECT_EQ(train(adaptive_config("policy", folder / "run"), options), TrainEnd::kFinished);
  EXPECT_HAS(testing::internal::GetCapturedStdout(),
             "augmentation: brightness, saturation, contrast, translation, cutout, 12 draws a picture; p from 0 to at "
             "most 0.8, by 0.0533333 every 4 steps towards a mean sign of 0.1");
}

}  // namespace
}  // namespace centigan
