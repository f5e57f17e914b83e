#include "evaluation.h"

#include <csignal>

#include "centigan/core/signals.h"
#include "centigan/models/drawing.h"
#include "checkpoints.h"
#include "tiny.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

// A metric that draws as a real one does and gives its values in turn, the last one for ever.
struct ScriptedMetric {
  std::vector<double> values;
  size_t calls = 0;
  std::function<void()> meanwhile = [] {};

  MetricResult next(Generator& generator, torch::Device device, const MetricWatch& watch) {
    draw_pictures(generator, request_of_seeds(generator.shape(), {0, 1, 2}), device,
                  [&](int64_t done) { watch(done, 3); });
    meanwhile();
    watch(3, 3);
    const double value = values.at(std::min(calls++, values.size() - 1));
    return {value, "toy", "toy=" + Curve(value).text(), {{"metric", std::string("toy")}, {"value", value}}};
  }
};

TrainOptions measured(ScriptedMetric& script, int64_t max_steps = 0) {
  TrainOptions options = quiet(max_steps);
  options.metric = [&script](const TrainConfig&, const Dataset&, torch::Device device) -> Metric {
    return [&script, device](Generator& generator, const MetricWatch& watch) {
      return script.next(generator, device, watch);
    };
  };
  return options;
}

// 24 steps of 4 pictures, an evaluation and a checkpoint every four of them.
TrainConfig judged_config(const std::string& out) {
  TrainConfig config = tiny_config("lite", out, 24);
  config.trainer.lr_decay_start = 1.0;
  config.trainer.eval_every = config.trainer.save_every = 0.016;
  return config;
}

std::string metric_lines(const std::string& run) {
  return slurp(run + "/metrics.jsonl");
}

int64_t best_images(const std::string& run) {
  return read_checkpoint(run + "/best.h5").integer("counters/images");
}

TEST(Evaluation, ChangesNoBitOfTheTraining) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 4, 1, 5, 6}};
  TrainConfig plain = judged_config(folder / "plain");
  plain.trainer.eval_every = -1;
  ASSERT_EQ(train(plain, quiet()), TrainEnd::kFinished);
  EXPECT_FALSE(fs::exists(plain.out + "/best.h5"));
  const TrainConfig judged = judged_config(folder / "judged");
  ASSERT_EQ(train(judged, measured(script)), TrainEnd::kFinished);
  EXPECT_EQ(script.calls, 6u);
  EXPECT_EQ(run_hash(judged.out), run_hash(plain.out));
  EXPECT_EQ(timeless_stats(judged.out), timeless_stats(plain.out));
}

TEST(Evaluation, TheBestCheckpointStays) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 4, 2, 5, 6}};
  TrainConfig config = judged_config(folder / "run");
  config.trainer.save_every = 1;
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  EXPECT_EQ(best_images(config.out), 32);
  EXPECT_EQ(checkpoint_names(config.out), (std::vector<std::string>{"0000032.h5", "0000096.h5"}));
  EXPECT_EQ(open_run(config.out).images, 96) << "a run folder means its newest checkpoint";
  EXPECT_EQ(open_run(config.out + "/best.h5").images, 32);
  EXPECT_EQ(best_sentence(best_of_run(config.out).value()), "toy=2 at 0.032 kimg");
  EXPECT_HAS(metric_lines(config.out), "{\"images\": 32, \"step\": 8, \"metric\": \"toy\", \"value\": 2}\n");
  const std::string log = slurp(config.out + "/log.txt");
  EXPECT_HAS(log, "evaluated at 0.032 kimg");
  EXPECT_HAS(log, "toy=2, the best so far");
  EXPECT_HAS(log, "toy=2; the best is still toy=2 at 0.032 kimg");
}

TEST(Evaluation, HigherIsBetterWhereItIs) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 4, 2, 5, 1}};
  TrainConfig config = judged_config(folder / "run");
  config.trainer.metric = "coverage";
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  EXPECT_EQ(best_images(config.out), 80);
}

TEST(Evaluation, AResumedRunKnowsTheBest) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 4, 2.5, 5, 6}}, same = script;
  const TrainConfig config = judged_config(folder / "run"), straight = judged_config(folder / "straight");
  ASSERT_EQ(train(config, measured(script, 10)), TrainEnd::kStopped);
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  ASSERT_EQ(train(straight, measured(same)), TrainEnd::kFinished);
  EXPECT_EQ(best_images(config.out), 32);
  EXPECT_EQ(metric_lines(config.out), metric_lines(straight.out));
  EXPECT_EQ(run_hash(config.out), run_hash(straight.out));
  EXPECT_EQ(read_scores(read_checkpoint(find_checkpoint(config.out))).best, 2.0);
}

TEST(Evaluation, ABestOfALostFutureIsNotOverwrittenByAWorseOne) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2.5, 4, 1, 5, 6}}, again{{4, 1.5, 5, 6}};
  const TrainConfig config = judged_config(folder / "run");
  ASSERT_EQ(train(config, measured(script, 18)), TrainEnd::kStopped);
  const auto names = checkpoint_names(config.out);
  ASSERT_EQ(names, (std::vector<std::string>{"0000064.h5", "0000072.h5"}));
  fs::copy(config.out + "/best.h5", folder / "best.h5");
  // Back to the state before it: as after a kill that lost the newest checkpoints.
  for (const std::string& name : names) fs::remove(config.out + "/checkpoints/" + name);
  ScriptedMetric first{{3, 2.5}};
  TrainConfig shorter = judged_config(folder / "shorter");
  ASSERT_EQ(train(shorter, measured(first, 9)), TrainEnd::kStopped);
  fs::copy(shorter.out + "/checkpoints/0000036.h5", config.out + "/checkpoints/0000036.h5");
  ASSERT_EQ(train(config, measured(again)), TrainEnd::kFinished);
  EXPECT_TRUE(slurp(config.out + "/best.h5") == slurp(folder / "best.h5")) << "1.5 came in its place";
  std::istringstream lines(metric_lines(config.out));
  std::string line, images;
  while (std::getline(lines, line)) images += line.substr(11, 2) + " ";
  EXPECT_EQ(images, "16 32 48 64 80 96 ") << "each once";
}

TEST(Evaluation, AKillBeforeTheSecondNameIsMadeUpFor) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 4}};
  const TrainConfig config = judged_config(folder / "run");
  ASSERT_EQ(train(config, measured(script, 8)), TrainEnd::kStopped);
  ASSERT_EQ(best_images(config.out), 32);
  fs::remove(config.out + "/best.h5");
  ASSERT_EQ(train(config, measured(script, 1)), TrainEnd::kStopped);
  EXPECT_EQ(best_images(config.out), 32);
}

TEST(Evaluation, ADamagedBestIsNamedAndReplacedByTheNextBetterOne) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 4, 1}};
  const TrainConfig config = judged_config(folder / "run");
  ASSERT_EQ(train(config, measured(script, 10)), TrainEnd::kStopped);
  fs::remove(config.out + "/best.h5");
  std::ofstream(config.out + "/best.h5") << "no checkpoint";
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "best.h5");
  EXPECT_EQ(best_images(config.out), 64);
}

// Whatever a test did, the next one begins without a signal.
struct SignalScope {
  SignalScope() { install_signal_handlers(); }
  ~SignalScope() { install_signal_handlers(); }
};

TEST(Evaluation, ThatWasLeftIsMadeUpFor) {
  const SignalScope calm_afterwards;
  const ScratchFolder folder;
  const TrainConfig config = judged_config(folder / "run"), straight = judged_config(folder / "straight");
  for (const int64_t at : {2, 6}) {  // in the middle, and after the last step
    const std::string out = config.out + std::to_string(at);
    TrainConfig left = config;
    left.out = out;
    ScriptedMetric script{{3, 2, 4, 2.5, 5, 1}}, same = script;
    install_signal_handlers();
    script.meanwhile = [&] {
      if (static_cast<int64_t>(script.calls) == at - 1 && !stop_requested()) std::raise(SIGTERM);
    };
    ASSERT_EQ(train(left, measured(script)), TrainEnd::kStopped);
    EXPECT_HAS(slurp(out + "/log.txt"), "signal 15: stopped at ");
    install_signal_handlers();
    script.meanwhile = [] {};
    ASSERT_EQ(train(left, measured(script)), TrainEnd::kFinished);
    if (!fs::exists(straight.out)) {
      ASSERT_EQ(train(straight, measured(same)), TrainEnd::kFinished);
    }
    EXPECT_EQ(metric_lines(out), metric_lines(straight.out));
    EXPECT_EQ(run_hash(out), run_hash(straight.out));
    EXPECT_EQ(state_hash(read_checkpoint(out + "/best.h5")), state_hash(read_checkpoint(straight.out + "/best.h5")));
    EXPECT_EQ(best_images(out), 96);
    EXPECT_EQ(train(left, measured(script)), TrainEnd::kAlreadyFinished);
  }
}

TEST(Evaluation, AMetricThatFailsIsAWarning) {
  const ScratchFolder folder;
  ScriptedMetric script{{3}};
  script.meanwhile = [] { fail("metrics", "toy", "went wrong", "nothing helps"); };
  const TrainConfig config = judged_config(folder / "run");
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "no evaluation: metrics: toy: went wrong");
  EXPECT_FALSE(fs::exists(config.out + "/best.h5"));
}

TEST(Evaluation, AFullDiskForgetsTheBestThatWasNotSaved) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 2.5}};
  const TrainConfig config = judged_config(folder / "run");
  ASSERT_EQ(train(config, measured(script, 5)), TrainEnd::kStopped);
  script.meanwhile = [&] {  // saving fails between the second and the third evaluation
    if (script.calls == 1) fs::rename(config.out + "/checkpoints", folder / "aside");
    if (script.calls == 2) fs::rename(folder / "aside", config.out + "/checkpoints");
  };
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  EXPECT_EQ(best_images(config.out), 48) << "2 at 32 could not be saved, so 2.5 is the best there is";
}

TEST(Evaluation, PatienceEndsTheRunAndALargerOneProlongsIt) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 4, 5, 4, 6}}, same = script;
  TrainConfig config = judged_config(folder / "run");
  config.trainer.patience = 0.032;
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  EXPECT_EQ(open_run(config.out).images, 64);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "no better number for 0.032 kimg; the best is toy=2 at 0.032 kimg");
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kAlreadyFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), "is finished (no better number for 0.032 kimg");
  EXPECT_EQ(script.calls, 4u);
  config.trainer.patience = 0;
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  const TrainConfig straight = judged_config(folder / "straight");
  ASSERT_EQ(train(straight, measured(same)), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(straight.out));
  EXPECT_EQ(metric_lines(config.out), metric_lines(straight.out));
}

TEST(Evaluation, NumbersOfAnotherKindAreNotCompared) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2, 40, 50, 30, 60}};
  TrainConfig config = judged_config(folder / "run");
  ASSERT_EQ(train(config, measured(script, 10)), TrainEnd::kStopped);
  config.trainer.eval_fakes = 3;
  ASSERT_EQ(train(config, measured(script)), TrainEnd::kFinished);
  EXPECT_EQ(best_images(config.out), 80);
  EXPECT_HAS(metric_lines(config.out), "{\"images\": 16, ");
}

TEST(Evaluation, AutomaticOnesKeepToATenthOfTheTime) {
  const ScratchFolder folder;
  ScriptedMetric script{{3, 2}};
  script.meanwhile = [] { ::usleep(50000); };
  TrainConfig config = judged_config(folder / "run");
  config.trainer.eval_every = 0;
  check_train_config(config);
  const TrainOptions options = measured(script);
  Training training(config, make_parts(config, torch::kCPU), torch::kCPU);
  Evaluation evaluation(config, options, training, folder.path());
  const StepInfo step = step_info(config.trainer, 3);
  const double guess = evaluation.expected_seconds();
  EXPECT_GT(guess, 1.0) << "600 pictures through a large network";
  EXPECT_FALSE(evaluation.due(step, true, 9.9 * guess));
  EXPECT_TRUE(evaluation.due(step, true, 10.1 * guess));
  EXPECT_FALSE(evaluation.due(step, false, 100 * guess)) << "only at ticks";
  ASSERT_EQ(evaluation.measure(step, [] { return false; }), Evaluation::Outcome::kBest);
  const double took = evaluation.expected_seconds();
  EXPECT_GE(took, 0.05);
  EXPECT_FALSE(evaluation.due(step, true, 19.9 * took));
  EXPECT_TRUE(evaluation.due(step, true, 20.1 * took));
  EXPECT_FALSE(evaluation.missing(16)) << "nobody counts on them";
}

TEST(Evaluation, IsOffWithoutPicturesToMeasureAgainst) {
  const ScratchFolder folder;
  ScriptedMetric script{{3}};
  TrainConfig config = judged_config(folder / "run");
  config.trainer.eval_every = 0;
  const TrainOptions options = measured(script);
  TrainParts parts = make_parts(config, torch::kCPU);
  parts.data = nullptr;
  Training training(config, parts, torch::kCPU);
  const Evaluation evaluation(config, options, training, folder.path());
  EXPECT_EQ(evaluation.plan(), "");
  EXPECT_FALSE(evaluation.due(step_info(config.trainer, 3), true, 1e9));
}

TEST(Evaluation, ANetworkThatCannotBeReadIsAWarning) {
  const ScratchFolder folder;
  TrainConfig config = judged_config(folder / "run");
  std::ofstream(folder / "inception-2015-12-05.safetensors") << "no weights";
  TrainOptions options = quiet();
  options.weights_dir = folder.path();
  ASSERT_EQ(train(config, options), TrainEnd::kFinished) << "a network that cannot be read is a warning";
  EXPECT_HAS(slurp(config.out + "/log.txt"), "no evaluation: safetensors: ");
}

TEST(Checkpoints, TheNewestStayAndOneForEachMultiple) {
  const ScratchFolder folder;
  Checkpoints checkpoints(folder.path(), 2, 50);
  Snapshot snapshot;
  snapshot.put("counters/step", int64_t{1});
  for (int64_t images = 20; images <= 220; images += 20) checkpoints.save(snapshot, images, 1);
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder.path())) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(names, (std::vector<std::string>{"0000060.h5", "0000100.h5", "0000160.h5", "0000200.h5", "0000220.h5"}));
}

}  // namespace
}  // namespace centigan
