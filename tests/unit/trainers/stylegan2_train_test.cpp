// The same promises with StyleGAN2's networks: path length, style mixing, noise inputs, R1 through the augmentation.
#include "tiny.h"

namespace centigan {
namespace {

const std::string& straight_stylegan2() {
  static const ScratchFolder folder;
  static std::string run;
  if (run.empty()) {
    run = folder / "run";
    EXPECT_EQ(train(tiny_config("stylegan2", run), quiet()), TrainEnd::kFinished);
  }
  return run;
}

class ResumeStyleGan2 : public testing::TestWithParam<int> {};

TEST_P(ResumeStyleGan2, ContinuesBitForBit) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("stylegan2", folder / "run");
  ASSERT_EQ(train(config, quiet(GetParam())), TrainEnd::kStopped);
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight_stylegan2()));
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight_stylegan2()));
}

INSTANTIATE_TEST_SUITE_P(AtStep, ResumeStyleGan2, testing::Values(1, 7, 8, 16, 59),
                         [](const auto& info) { return std::to_string(info.param); });

TEST(TrainStyleGan2, ThreadsChangeNoBit) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("stylegan2", folder / "run");
  config.trainer.threads = 2;
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight_stylegan2()));
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight_stylegan2()));
}

}  // namespace
}  // namespace centigan
