// Runs whose memory runs out: they are runs with smaller pieces, or end with a sentence.
#include <c10/core/Allocator.h>

#include <atomic>
#include <utility>

#include "recovery_support.h"

namespace centigan {
namespace {

TEST(Finer, PiecesKeepTogetherWhatBelongsTogether) {
  TrainConfig config = tiny_config("lite", "run");
  config.trainer.batch = 12, config.model.lite.mbstd_group_size = 2;
  EXPECT_EQ(finer_pieces(config, 1), 2);
  EXPECT_EQ(finer_pieces(config, 2), 6);  // four of three pictures would cut groups
  EXPECT_EQ(finer_pieces(config, 6), 0);
  config.model.family = "biggan";
  EXPECT_EQ(finer_pieces(config, 1), 0);
}

// LibTorch's allocator for the CPU, which at some call fails as it does when memory is out.
class Failing final : public c10::Allocator {
 public:
  Failing() : real_(c10::GetAllocator(c10::DeviceType::CPU)) { c10::SetAllocator(c10::DeviceType::CPU, this, 1); }
  ~Failing() override { c10::SetAllocator(c10::DeviceType::CPU, real_, 1); }
  void count_from(int64_t fail_at) { calls_ = 0, fail_at_ = fail_at; }
  int64_t calls() const { return calls_; }
  c10::DataPtr allocate(size_t bytes) override {
    TORCH_CHECK(++calls_ != fail_at_, "DefaultCPUAllocator: can't allocate memory: you tried to allocate ", bytes,
                " bytes. Error code 12 (Cannot allocate memory)");
    return real_->allocate(bytes);
  }
  c10::DeleterFnPtr raw_deleter() const override { return real_->raw_deleter(); }
  void copy_data(void* to, const void* from, size_t count) const override { real_->copy_data(to, from, count); }

 private:
  c10::Allocator* real_;
  std::atomic<int64_t> calls_{0}, fail_at_{0};
};

// Counts, and fails, between begin_step and end_step of one step of a run.
class Scarce final : public Objective {
 public:
  Scarce(std::shared_ptr<Objective> inner, std::function<void(const StepInfo&, bool begins)> watch)
      : inner_(std::move(inner)), watch_(std::move(watch)) {}
  std::vector<Trained> trained() override { return inner_->trained(); }
  std::vector<Phase> phases() const override { return inner_->phases(); }
  bool keeps_graph() const override { return inner_->keeps_graph(); }
  void report(std::map<std::string, double>& values) const override { inner_->report(values); }
  void save(Snapshot& snapshot) const override { inner_->save(snapshot); }
  void load(const Snapshot& snapshot, const std::string& source) override { inner_->load(snapshot, source); }
  torch::Tensor accumulate(const Phase& phase, const Batch& batch, Stats& stats) override {
    return inner_->accumulate(phase, batch, stats);
  }
  void begin_step(const StepInfo& info) override {
    inner_->begin_step(info);
    watch_(info, true);
  }
  void end_step(const StepInfo& info) override {
    inner_->end_step(info);
    watch_(info, false);
  }

 private:
  std::shared_ptr<Objective> inner_;
  std::function<void(const StepInfo&, bool)> watch_;
};

PartsFactory scarce(const std::function<void(const StepInfo&, bool)>& watch) {
  return [=](const TrainConfig& config, torch::Device device) {
    TrainParts parts = make_parts(config, device);
    parts.objective = std::make_shared<Scarce>(parts.objective, watch);
    return parts;
  };
}

// With state of all kinds that a broken step has moved already: controller, LeCam, APA, path length, w average.
TrainConfig scarce_config(const std::string& out, int64_t pieces) {
  TrainConfig config = recovery_config(out, 12);
  config.loss.share_fakes = true, config.loss.r1_on = "augmented", config.loss.r1_interval = 4;
  config.loss.lecam = 0.3, config.loss.lecam_warmup = 1, config.loss.apa = 0.5, config.loss.apa_kimg = 0.02;
  config.trainer.adapt.mode = "policy", config.trainer.adapt.kimg = 0.1, config.trainer.adapt.start = 0.5;
  config.trainer.pieces = pieces;
  config.trainer.save_every = 1;
  return config;
}

// Memory that is out at any allocation of step 8, where all phases are due.
TEST(OutOfMemory, IsARunWithSmallerPieces) {
  const ScratchFolder folder;
  Failing memory;
  int64_t calls = 0, fail_at = 0;
  const auto watch = [&](const StepInfo& info, bool begins) {
    if (info.step != 8 || info.pieces != 1) return;
    if (begins) return memory.count_from(std::exchange(fail_at, 0));
    calls = memory.calls();
    memory.count_from(0);
  };
  ASSERT_EQ(train_with(scarce_config(folder / "counted", 1), quiet(), scarce(watch)), TrainEnd::kFinished);
  ASSERT_GT(calls, 500);
  ASSERT_EQ(train(scarce_config(folder / "two", 2), quiet()), TrainEnd::kFinished);
  const std::string wanted = run_hash(folder / "two");
  EXPECT_NE(run_hash(folder / "counted"), wanted);
  for (int64_t part = 0; part < 10; ++part) {  // equal warnings are written once a process, so logs are not compared
    fail_at = 1 + part * (calls - 1) / 9;
    const TrainConfig config = scarce_config(folder / ("run" + std::to_string(part)), 1);
    ASSERT_EQ(train_with(config, quiet(), scarce(watch)), TrainEnd::kFinished);
    EXPECT_EQ(run_hash(config.out), wanted) << part;
    EXPECT_EQ(timeless_stats(config.out), timeless_stats(folder / "two"));
  }
}

TEST(OutOfMemory, LaterGoesBackToTheCheckpointAndKeepsThePieces) {
  const ScratchFolder folder;
  TrainConfig config = scarce_config(folder / "run", 1), half = scarce_config(folder / "half", 1),
              told = scarce_config(folder / "told", 1);
  for (TrainConfig* one : {&config, &half, &told}) one->trainer.save_every = 5 * one->trainer.batch / 1000.0;
  {
    Failing memory;
    const auto watch = [&, fail_at = int64_t{100}](const StepInfo& info, bool begins) mutable {
      if (info.step == 7 && begins) memory.count_from(std::exchange(fail_at, 0));
    };
    ASSERT_EQ(train_with(config, quiet(11), scarce(watch)), TrainEnd::kStopped);
  }
  EXPECT_HAS(slurp(config.out + "/log.txt"), "goes on from " + config.out + "/checkpoints/0000020.h5 with pieces of 2");
  ASSERT_EQ(train(config, quiet()), TrainEnd::kFinished);
  EXPECT_HAS(slurp(config.out + "/log.txt"), " kimg, with pieces of 2 pictures");
  ASSERT_EQ(train(half, quiet(5)), TrainEnd::kStopped);
  write_changed(half, told.out, [](Snapshot& snapshot) { snapshot.put("counters/pieces", int64_t{2}); });
  ASSERT_EQ(train(told, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(config.out), run_hash(told.out));
}

TEST(OutOfMemory, WithTheSmallestPiecesEndsTheRun) {
  const ScratchFolder folder;
  const TrainConfig config = scarce_config(folder / "run", 1);
  Failing memory;
  // Twice: each failure is followed by a begin_step that lets go of the step.
  const auto watch = [&, calls = 0](const StepInfo&, bool begins) mutable {
    if (begins) memory.count_from(++calls % 2 == 1 ? 50 : 0);
  };
  ExitCode code = ExitCode::kDone;
  const std::string error = error_of([&] { train_with(config, quiet(), scarce(watch)); }, &code);
  EXPECT_HAS(error,
             "train: step 0, Gmain: out of memory: 0 MB were asked for at once (16x16 pixels, batches of 4 in "
             "pieces of 2, which cannot be smaller; peak memory ");
  EXPECT_HAS(error, "hint: use a smaller --resolution");
  EXPECT_EQ(code, ExitCode::kFailed);
}

}  // namespace
}  // namespace centigan
