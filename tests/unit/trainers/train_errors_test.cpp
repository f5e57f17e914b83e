// Non-finite values and checkpoints that cannot be written.
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <functional>
#include <limits>

#include "tiny.h"

namespace centigan {
namespace {

// An objective that spoils what it is told to.
class Spoiled final : public Objective {
 public:
  struct Net : torch::nn::Module {
    Net() { v = register_parameter("v", at::ones({3})); }
    torch::Tensor v;
  };
  Spoiled(int64_t from, int64_t to, bool weights, std::function<void(int64_t)> on_step = nullptr)
      : net_(new Net), from_(from), to_(to), weights_(weights), on_step_(std::move(on_step)) {}
  std::vector<Trained> trained() override { return {{"G", net_, true}}; }
  std::vector<Phase> phases() const override { return {{"Gmain", "G", 1, 1.0}}; }
  void begin_step(const StepInfo& info) override {
    step_ = info.step;
    if (on_step_) on_step_(step_);
  }
  torch::Tensor accumulate(const Phase&, const Batch&, Stats&) override {
    const bool bad = !weights_ && step_ >= from_ && step_ < to_;
    return net_->v.square().sum() * (bad ? std::nan("") : 1.0);
  }
  void end_step(const StepInfo& info) override {
    const at::NoGradGuard no_grad;
    if (weights_ && info.step == from_) net_->v.fill_(std::numeric_limits<float>::infinity());
  }

 private:
  std::shared_ptr<Net> net_;
  int64_t from_, to_, step_ = 0;
  bool weights_;
  std::function<void(int64_t)> on_step_;
};

PartsFactory spoiled(int64_t from, int64_t to, bool weights = false) {
  return [=](const TrainConfig&, torch::Device) {
    TrainParts parts;
    parts.objective = std::make_shared<Spoiled>(from, to, weights);
    return parts;
  };
}

TEST(NonFinite, UpdatesAreDroppedAndCounted) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run", 12);
  ASSERT_EQ(train_with(config, quiet(), spoiled(3, 7)), TrainEnd::kFinished);
  const Snapshot snapshot = read_checkpoint(find_checkpoint(config.out));
  EXPECT_EQ(snapshot.integer("counters/non_finite"), 4);
  EXPECT_EQ(snapshot.integer("optimizers/G/steps"), 8);
  EXPECT_TRUE(at::isfinite(snapshot.tensor("G/v")).all().item<bool>());
  EXPECT_HAS(slurp(config.out + "/log.txt"), "step 3, Gmain: the loss is not finite; this update is dropped");
}

// No file may grow over 6 KB meanwhile: logs fit, checkpoints do not.
class FullDisk {
 public:
  FullDisk() : former_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &limit_);
    rlimit small = limit_;
    small.rlim_cur = 6 << 10;
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, former_);
  }

 private:
  rlimit limit_;
  void (*former_)(int);
};

PartsFactory starved(int64_t from, int64_t to) {
  return [=](const TrainConfig&, torch::Device) {
    TrainParts parts;
    parts.objective =
        std::make_shared<Spoiled>(-1, -1, false, [=, disk = std::shared_ptr<FullDisk>()](int64_t s) mutable {
          if (s == from) disk = std::make_shared<FullDisk>();
          if (s == to) disk.reset();
        });
    return parts;
  };
}

int64_t temporary_files(const std::string& run) {
  int64_t count = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run))
    count += entry.path().filename().string().find(".tmp.") != std::string::npos;
  return count;
}

TEST(SaveErrors, TrainingGoesOnAndLosesNothing) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run", 70);
  ASSERT_EQ(train_with(config, quiet(), starved(30, 50)), TrainEnd::kFinished);
  EXPECT_EQ(checkpoint_names(config.out), (std::vector<std::string>{"0000240.h5", "0000280.h5"}));
  const std::string log = slurp(config.out + "/log.txt");
  EXPECT_HAS(log, "0000160.h5: cannot write (File too large); training goes on");
  EXPECT_EQ(temporary_files(config.out), 0);
}

TEST(SaveErrors, OldCheckpointsStayWhenTheLastSaveFails) {
  const ScratchFolder folder;
  const TrainConfig config = tiny_config("lite", folder / "run", 70);
  EXPECT_HAS(error_of([&] { train_with(config, quiet(), starved(30, 1000)); }), "/0000280.h5");
  EXPECT_EQ(checkpoint_names(config.out), (std::vector<std::string>{"0000080.h5"}));
  EXPECT_EQ(error_of([&] { read_checkpoint(find_checkpoint(config.out)); }), "");
  EXPECT_EQ(temporary_files(config.out), 0);
  ASSERT_EQ(train_with(config, quiet(), spoiled(-1, -1)), TrainEnd::kFinished);
}

TEST(SaveErrors, StopEndsTheRun) {
  const ScratchFolder folder;
  TrainConfig config = tiny_config("lite", folder / "run", 70);
  config.trainer.on_save_error = "stop";
  EXPECT_HAS(error_of([&] { train_with(config, quiet(), starved(30, 1000)); }), "/0000160.h5");
}

}  // namespace
}  // namespace centigan
