// Everything that happens between steps but is not training: log, statistics, sheets, evaluation, checkpoints,
// signals, limits.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "centigan/core/progress.h"
#include "checkpoints.h"
#include "evaluation.h"
#include "report/live.h"
#include "run_folder.h"
#include "status.h"
#include "time_limit.h"
#include "timelapse.h"
#include "training.h"

namespace centigan {

class Hooks {
 public:
  Hooks(TrainConfig& config, const TrainOptions& options, Training& training, TimeLimit& limit);
  ~Hooks();

  // Loads the newest valid checkpoint, if there is one, and says so -> the first step to do.
  int64_t resume();
  // After the step `done`: ticks, sheets, evaluation, checkpoints, report, and whether the run ends here.
  void after_step(const StepInfo& done);
  // The step could not be finished: back to the last checkpoint (or the start), with what may help changed -> the step
  // to go on with. Nothing is left to change: Error.
  int64_t go_back(const Setback& setback);
  // Nothing more is to be done in this process; what had to be saved is saved.
  bool ended() const { return end_.has_value(); }
  // Says why it ended.
  TrainEnd finish();

 private:
  void log_start();
  int64_t load(const Snapshot& snapshot, const std::string& source);
  void begin_work();
  void evaluate_again(const StepInfo& done);
  void mark_exactness(const Snapshot& snapshot, int64_t images);
  void sheet(const StepInfo& done);
  void reals();
  Evaluation::Outcome evaluate(const StepInfo& done);
  std::optional<TrainEnd> end_after(const StepInfo& done, bool left);
  // must: what would be lost is the run itself, so an error is the result. best: it becomes best.h5.
  void save(const StepInfo& done, bool must, bool best);
  void line(const std::string& text);
  void attempt(bool must, const std::function<void()>& write);
  double seconds() const;

  TrainConfig& config_;
  const TrainOptions options_;
  Training& training_;
  TimeLimit& limit_;
  RunFolder folder_;
  Checkpoints checkpoints_;
  Evaluation evaluation_;
  Status status_;
  Timelapse timelapse_;
  LiveReport report_;
  std::unique_ptr<Progress> progress_;
  Snapshot start_;  // what to go back to as long as there is no checkpoint
  std::string exact_ = "yes";
  std::optional<TrainEnd> end_;
  int64_t steps_here_ = 0, images_ = 0;
  double begun_, seconds_before_ = 0.0;
};

}  // namespace centigan
