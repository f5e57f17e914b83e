// Runs that are killed, stopped, starved of disk space and watched while they save.
#include <csignal>
#include <random>
#include <set>
#include <thread>

#include "centigan/core/device.h"
#include "centigan/trainers/objectives.h"
#include "child.h"
#include "tiny.h"

namespace centigan {
namespace {

namespace fs = std::filesystem;

void pause_ms(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

template <class Condition>
bool soon(const Condition& condition) {
  for (int i = 0; i < 6000 && !condition(); ++i) pause_ms(10);
  return condition();
}

std::string newest(const std::string& run) {
  return newest_checkpoint(run + "/checkpoints", nullptr);
}

std::string straight_hash(const std::string& out, int64_t steps) {
  TrainConfig config = tiny_config("lite", out, steps);
  EXPECT_EQ(train(config, quiet()), TrainEnd::kFinished);
  return run_hash(out);
}

int64_t temporaries(const std::string& run) {
  int64_t count = 0;
  for (const auto& entry : fs::recursive_directory_iterator(run))
    count += entry.path().filename().string().find(".tmp.") != std::string::npos;
  return count;
}

TEST(Faults, KilledFiveTimesIsTheSameRun) {
  const ScratchFolder folder;
  const std::string run = folder / "run";
  std::mt19937 random(7);
  std::string before;
  for (int kill = 0; kill < 5; ++kill) {
    ChildTraining child(run, 120);
    ASSERT_TRUE(soon([&] { return child.ended() || newest(run) != before; }));  // one save at least
    pause_ms(static_cast<int>(random() % 150));
    child.signal(SIGKILL);
    child.wait();
    const std::string now = newest(run);
    EXPECT_GE(now, before) << "a kill must not lose what was saved";
    before = now;
  }
  ChildTraining last(run, 120);
  EXPECT_EQ(last.wait(), 0);
  EXPECT_EQ(run_hash(run), straight_hash(folder / "straight", 120));
  EXPECT_EQ(temporaries(run), 0);
  EXPECT_EQ(timeless_stats(run), timeless_stats(folder / "straight"));
}

TEST(Faults, NoPartialFileUnderAFinalName) {
  const ScratchFolder folder;
  ChildTraining child(folder / "run", 100);  // 20 saves
  std::set<std::string> seen;
  while (!child.ended()) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder / "run/checkpoints", ignored)) {
      if (entry.path().extension() != ".h5" || !seen.insert(entry.path()).second) continue;
      const std::string error = error_of([&] { read_checkpoint(entry.path()); });
      EXPECT_TRUE(error.empty() || !fs::exists(entry.path())) << error;
    }
  }
  EXPECT_EQ(child.wait(), 0);
  EXPECT_GT(seen.size(), 10u);
}

class Signals : public testing::TestWithParam<int> {};

TEST_P(Signals, StopAfterTheStepAndGoOnLater) {
  const ScratchFolder folder;
  const std::string run = folder / "run";
  {
    ChildTraining child(run, 100);
    ASSERT_TRUE(soon([&] { return !newest(run).empty(); }));
    child.signal(GetParam());
    EXPECT_EQ(child.wait(), 1);
  }
  EXPECT_HAS(slurp(run + "/log.txt"), "signal " + std::to_string(GetParam()) + ": stopped at ");
  ChildTraining child(run, 100);
  EXPECT_EQ(child.wait(), 0);
  EXPECT_EQ(run_hash(run), straight_hash(folder / "straight", 100));
}

INSTANTIATE_TEST_SUITE_P(Stop, Signals, testing::Values(SIGTERM, SIGINT));

TEST(Faults, Usr1SavesAndGoesOn) {
  const ScratchFolder folder;
  const std::string run = folder / "run";
  ChildTraining child(run, 100);
  ASSERT_TRUE(soon([&] { return !newest(run).empty(); }));
  const auto saves = [&] {
    const std::string log = slurp(run + "/log.txt");
    int64_t count = 0;
    for (size_t at = 0; (at = log.find("  saved ", at)) != std::string::npos; ++at) ++count;
    return count;
  };
  for (int i = 0; i < 10 && !child.ended(); ++i, pause_ms(20)) child.signal(SIGUSR1);
  EXPECT_EQ(child.wait(), 0);
  EXPECT_GT(saves(), 20) << "one every five of 100 steps, and those asked for";
  EXPECT_EQ(run_hash(run), straight_hash(folder / "straight", 100));
}

bool has_metric_waiting(const std::string& run) {
  return newest(run).find("0000060.h5") != std::string::npos;
}

TEST(Faults, AnEvaluationIsLeftWithinSeconds) {
  const ScratchFolder folder;
  const std::string run = folder / "run";
  ChildTraining child(run, 100, 0.08);  // after step 20; the step before saved at 15
  ASSERT_TRUE(soon([&] { return has_metric_waiting(run); }));
  pause_ms(1000);
  const auto begun = std::chrono::steady_clock::now();
  child.signal(SIGTERM);
  EXPECT_EQ(child.wait(), 1);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  EXPECT_EQ(newest(run), run + "/checkpoints/0000080.h5");
  EXPECT_EQ(temporaries(run), 0);
  ChildTraining again(run, 100, 0.08);  // makes up for it
  pause_ms(2000);
  again.signal(SIGTERM);
  pause_ms(5);
  again.signal(SIGTERM);
  const int status = again.wait();
  EXPECT_TRUE(status == -SIGTERM || status == 1) << status;
  EXPECT_EQ(newest(run), run + "/checkpoints/0000080.h5");
}

TEST(Faults, TwoTrainersOnOneRun) {
  const ScratchFolder folder;
  const std::string run = folder / "run";
  ChildTraining child(run, 400);
  ASSERT_TRUE(soon([&] { return !newest(run).empty(); }));
  TrainConfig config = tiny_config("lite", run, 400);
  EXPECT_HAS(error_of([&] { train(config, quiet()); }), "is in use by process ");
}

// Memory at the start of each step.
class Watched final : public Objective {
 public:
  Watched(std::shared_ptr<Objective> inner, std::vector<double>* megabytes) : inner_(inner), megabytes_(megabytes) {}
  std::vector<Trained> trained() override { return inner_->trained(); }
  std::vector<Phase> phases() const override { return inner_->phases(); }
  bool keeps_graph() const override { return inner_->keeps_graph(); }
  void end_step(const StepInfo& info) override { inner_->end_step(info); }
  void save(Snapshot& snapshot) const override { inner_->save(snapshot); }
  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    return inner_->accumulate(phase, batch, stats);
  }
  void begin_step(const StepInfo& info) override {
    inner_->begin_step(info);
    std::ifstream statm("/proc/self/statm");
    double size, resident;
    statm >> size >> resident;
    megabytes_->push_back(resident * 4096 / 1048576);
  }

 private:
  std::shared_ptr<Objective> inner_;
  std::vector<double>* megabytes_;
};

TEST(Faults, MemoryDoesNotGrow) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 600);
  config.trainer.threads = 2;
  config.trainer.tick = config.trainer.save_every = 10 * config.trainer.batch / 1000.0;
  std::vector<double> megabytes;
  const auto watched = [&](const TrainConfig& c, torch::Device device) {
    TrainParts parts = make_parts(c, device);
    parts.objective = std::make_shared<Watched>(parts.objective, &megabytes);
    return parts;
  };
  ASSERT_EQ(train_with(config, quiet(), watched), TrainEnd::kFinished);
  const double growth = megabytes.back() - megabytes[megabytes.size() / 2];
  RecordProperty("megabytes_in_300_steps", std::to_string(growth));
  EXPECT_LT(growth, 3.0) << "10 KB a step";
}

}  // namespace
}  // namespace centigan
