// Runs that meet values that are not finite: what they drop, where they go back to, what they change, and when they
// give up.
#include <cmath>
#include <limits>

#include "recovery_support.h"
#include "training.h"

namespace centigan {
namespace {

// What happens to a run at some phases of some steps.
enum class Spoil { kNothing, kLoss, kGradient, kReals, kWeights, kAverage };
using SpoilAt = std::function<Spoil(const StepInfo& info, const std::string& phase)>;

// The objective of the configuration, disturbed.
class Disturbed final : public Objective {
 public:
  Disturbed(std::shared_ptr<Objective> inner, SpoilAt at) : inner_(std::move(inner)), at_(std::move(at)) {}
  std::vector<Trained> trained() override { return trained_ = inner_->trained(); }
  std::vector<Phase> phases() const override { return inner_->phases(); }
  bool keeps_graph() const override { return inner_->keeps_graph(); }
  void begin_step(const StepInfo& info) override { inner_->begin_step(info_ = info); }
  void report(std::map<std::string, double>& values) const override { inner_->report(values); }
  void save(Snapshot& snapshot) const override { inner_->save(snapshot); }
  void load(const Snapshot& snapshot, const std::string& source) override { inner_->load(snapshot, source); }

  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    const Spoil spoil = at_(info_, phase.name);
    Batch given = batch;
    if (spoil == Spoil::kReals) given.reals = at::full_like(batch.reals, std::nan(""));
    torch::Tensor loss = inner_->accumulate(phase, given, stats);
    if (spoil == Spoil::kLoss) stats.add("Loss/spoiled", loss * std::nan(""));
    if (spoil == Spoil::kLoss) return loss * std::nan("");
    if (spoil == Spoil::kGradient)  // the root of 0 is 0, and its slope times 0 is not a number
      for (const Trained& one : trained_)
        if (one.name == phase.trains) loss = loss + (0.0 * one.module->parameters()[0]).sum().sqrt();
    return loss;
  }

  // Weights that are bad while the average is taken and good again afterwards leave a bad average.
  void end_step(const StepInfo& info) override {
    const at::NoGradGuard no_grad;
    inner_->end_step(info);
    torch::Tensor some = trained_[0].module->parameters()[0];
    if (saved_.defined()) some.copy_(saved_);
    saved_ = torch::Tensor();
    const Spoil spoil = at_(info, "");
    if (spoil == Spoil::kAverage) saved_ = some.clone();
    if (spoil != Spoil::kNothing) some.fill_(std::numeric_limits<float>::infinity());
  }

 private:
  std::shared_ptr<Objective> inner_;
  SpoilAt at_;
  StepInfo info_;
  std::vector<Trained> trained_;
  torch::Tensor saved_;
};

PartsFactory disturbed(const SpoilAt& at) {
  return [=](const TrainConfig& config, torch::Device device) {
    TrainParts parts = make_parts(config, device);
    parts.objective = std::make_shared<Disturbed>(parts.objective, at);
    return parts;
  };
}

void expect_finite(const Snapshot& snapshot) {
  for (const auto& [name, tensor] : snapshot.tensors) EXPECT_TRUE(at::isfinite(tensor).all().item<bool>()) << name;
}

struct Injection {
  const char* name;
  Spoil spoil;
  const char* phase;
  int64_t step;
  const char* said;  // in the log
  friend void PrintTo(const Injection& one, std::ostream* out) { *out << one.name; }
};

class Inject : public testing::TestWithParam<Injection> {};

TEST_P(Inject, IsNoticedAtOnceAndNeverSaved) {
  const ScratchFolder folder;
  const TrainConfig config = recovery_config(folder / "run");
  const Injection& wanted = GetParam();
  const SpoilAt at = [&](const StepInfo& info, const std::string& phase) {
    const bool now = info.step == wanted.step && phase == wanted.phase && info.shift == 0;
    return now ? wanted.spoil : Spoil::kNothing;
  };
  ASSERT_EQ(train_with(config, quiet(), disturbed(at)), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), wanted.said);
  const Snapshot end = newest_state(config);
  expect_finite(end);
  const bool update = std::string(wanted.phase) != "";
  EXPECT_EQ(end.integer("counters/non_finite"), update ? 1 : 0);
  EXPECT_EQ(end.integer("counters/rollbacks"), update ? 0 : 1);
}

INSTANTIATE_TEST_SUITE_P(
    A, Inject,
    testing::Values(
        Injection{"LossOfG", Spoil::kLoss, "Gmain", 1, "step 1, Gmain: Loss/spoiled is not finite; this update is"},
        Injection{"LossOfD", Spoil::kLoss, "Dmain", 1, "step 1, Dmain: Loss/spoiled is not finite; this update is"},
        Injection{"GradientOfG", Spoil::kGradient, "Gmain", 3, "step 3, Gmain: the gradient is not finite; this"},
        Injection{"GradientOfD", Spoil::kGradient, "Dmain", 3, "step 3, Dmain: the gradient is not finite; this"},
        Injection{"R1", Spoil::kGradient, "Dreg", 16, "step 16, Dreg: the gradient is not finite; this"},
        Injection{"PathLength", Spoil::kLoss, "Greg", 8, "step 8, Greg: Loss/spoiled is not finite; this"},
        Injection{"Reals", Spoil::kReals, "Dmain", 5, "step 5, Dmain: Loss/D/loss, Loss/scores/real"},
        Injection{"Weights", Spoil::kWeights, "", 19, "step 20: the weights of G are not finite"},
        Injection{"Average", Spoil::kAverage, "", 18, "step 20: the average of G is not finite"}),
    [](const auto& info) { return std::string(info.param.name); });

// Five bad updates from step `from` on, with the draws that a run has before its first rollback.
SpoilAt burst(int64_t from, int64_t rollbacks = 0) {
  return [=](const StepInfo& info, const std::string& phase) {
    Recovery last;
    last.rollbacks = rollbacks;
    const bool now = info.step >= from && phase == "Gmain" && info.shift <= last.index_shift();
    return now ? Spoil::kLoss : Spoil::kNothing;
  };
}

void as_after_rollback(Snapshot& snapshot) {
  snapshot.put("counters/rollbacks", int64_t{1});
  snapshot.put("counters/lr_factor", 0.5);
}

// What goes on from there is what a run does that was told by its checkpoint to change so: all that was in memory is
// the checkpoint's again.
TEST(Rollback, GoesOnFromTheCheckpointBitForBit) {
  const ScratchFolder folder;
  TrainConfig config = recovery_config(folder / "run"), told = recovery_config(folder / "told");
  ASSERT_EQ(train_with(config, quiet(), disturbed(burst(22))), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"),
             "step 26, Gmain: Loss/spoiled is not finite, the fifth time in a row; "
             "goes on from " +
                 config.out +
                 "/checkpoints/0000080.h5 with learning "
                 "rates times 0.5 and other draws");
  TrainConfig half = recovery_config(folder / "half");
  ASSERT_EQ(train(half, quiet(20)), TrainEnd::kStopped);
  write_changed(half, told.out, as_after_rollback);
  ASSERT_EQ(train(told, quiet()), TrainEnd::kFinished);
  EXPECT_HAS(slurp(told.out + "/log.txt"), "at 0.080 kimg, with learning rates times 0.5 and other draws");
  EXPECT_EQ(run_hash(config.out), run_hash(told.out));
  EXPECT_HAS(timeless_stats(config.out), "\"Progress/rollbacks\": 1");
  ASSERT_EQ(train(half, quiet()), TrainEnd::kFinished);
  EXPECT_NE(run_hash(config.out), run_hash(half.out));
}

TEST(Rollback, WithoutACheckpointGoesToTheStart) {
  const ScratchFolder folder;
  TrainConfig config = recovery_config(folder / "run"), told = recovery_config(folder / "told");
  ASSERT_EQ(train_with(config, quiet(), disturbed(burst(3))), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "in a row; goes on from the start with learning rates times 0.5");
  {
    Training training(told, make_parts(told, torch::kCPU), torch::kCPU);
    Snapshot start = training.save(0);
    start.texts = newest_state(config).texts;
    as_after_rollback(start);
    std::filesystem::create_directories(told.out + "/checkpoints");
    write_checkpoint(told.out + "/checkpoints/0000000.h5", start, 0);
  }
  ASSERT_EQ(train(told, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(told.out));
}

TEST(Rollback, TheStartIsKeptWhole) {
  const ScratchFolder folder;
  const TrainConfig config = recovery_config(folder / "run");
  Training training(config, make_parts(config, torch::kCPU), torch::kCPU);
  const std::string before = state_hash(training.save(0));
  const Snapshot start = training.save_start();
  for (int64_t step = 0; step < 2; ++step) {
    training.begin(training.info(step));
    for (const Phase& phase : training.phases())
      training.apply(phase, training.accumulate(phase, training.info(step)), training.info(step));
    training.end(training.info(step));
  }
  EXPECT_NE(state_hash(training.save(0)), before);
  EXPECT_EQ(training.load(start, "start"), 0);
  EXPECT_EQ(state_hash(training.save(0)), before);
}

TEST(Rollback, KilledAfterwardsAndStartedAgainIsTheSameRun) {
  const ScratchFolder folder;
  TrainConfig config = recovery_config(folder / "run"), straight = recovery_config(folder / "straight");
  ASSERT_EQ(train_with(straight, quiet(), disturbed(burst(22))), TrainEnd::kFinished);
  ASSERT_EQ(train_with(config, quiet(37), disturbed(burst(22))), TrainEnd::kStopped);
  std::filesystem::remove(find_checkpoint(config.out));  // as if it had been killed: only what was due is there
  EXPECT_EQ(checkpoint_names(config.out), (std::vector<std::string>{"0000080.h5"}));
  ASSERT_EQ(train_with(config, quiet(), disturbed(burst(22))), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight.out));
  EXPECT_EQ(timeless_stats(config.out), timeless_stats(straight.out));
}

TEST(Rollback, AfterThreeTheRunEndsWithItsLastGoodCheckpoint) {
  const ScratchFolder folder;
  const TrainConfig config = recovery_config(folder / "run");
  ExitCode code = ExitCode::kDone;
  const std::string error = error_of([&] { train_with(config, quiet(), disturbed(burst(22, 3))); }, &code);
  EXPECT_HAS(error, "train: step 26, Gmain: Loss/spoiled is not finite, the fifth time in a row, after 3 rollbacks");
  EXPECT_HAS(error, "hint: the newest checkpoint is good; go on from its networks with another --out");
  EXPECT_EQ(code, ExitCode::kFailed);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "learning rates times 0.125");
  EXPECT_EQ(checkpoint_names(config.out), (std::vector<std::string>{"0000080.h5"}));
  expect_finite(newest_state(config));
}

TEST(Rollback, OnePercentOfAThousandStepsIsTooMany) {
  const ScratchFolder folder;
  TrainConfig config = recovery_config(folder / "run", 240);
  const SpoilAt at = [](const StepInfo& info, const std::string& phase) {
    return info.step % 20 == 7 && phase == "Dmain" && info.shift == 0 ? Spoil::kLoss : Spoil::kNothing;
  };
  ASSERT_EQ(train_with(config, quiet(), disturbed(at)), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "step 187, Dmain: Loss/spoiled is not finite, in the tenth of the last");
  EXPECT_EQ(newest_state(config).integer("counters/rollbacks"), 1);
}

// Between saves too.
TEST(Rollback, WeightsAreLookedAtEveryHundredSteps) {
  const ScratchFolder folder;
  TrainConfig config = recovery_config(folder / "run", 104);
  config.loss.pl_weight = 0.0, config.trainer.save_every = 1.0;
  const SpoilAt at = [](const StepInfo& info, const std::string& phase) {
    return info.step == 99 && phase.empty() && info.shift == 0 ? Spoil::kWeights : Spoil::kNothing;
  };
  ASSERT_EQ(train_with(config, quiet(), disturbed(at)), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "step 100: the weights of G are not finite; goes on from the start");
}

TEST(NonFinitePolicy, SkipDropsAsManyAsThereAre) {
  const ScratchFolder folder;
  TrainConfig config = recovery_config(folder / "run");
  config.trainer.on_non_finite = "skip";
  ASSERT_EQ(train_with(config, quiet(), disturbed(burst(22))), TrainEnd::kFinished);
  EXPECT_EQ(newest_state(config).integer("counters/non_finite"), 18);
  expect_finite(newest_state(config));
}

TEST(NonFinitePolicy, StopEndsTheRun) {
  const ScratchFolder folder;
  TrainConfig config = recovery_config(folder / "run");
  config.trainer.on_non_finite = "stop";
  const std::string error = error_of([&] { train_with(config, quiet(), disturbed(burst(22))); });
  EXPECT_HAS(error, "train: step 26, Gmain: Loss/spoiled is not finite, the fifth time in a row\n");
  EXPECT_EQ(checkpoint_names(config.out), (std::vector<std::string>{"0000080.h5"}));
}

}  // namespace
}  // namespace centigan
