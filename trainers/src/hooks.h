// Everything that happens between steps but is not training: log, statistics, sheets, checkpoints, signals.
#pragma once
#include <memory>
#include <string>

#include "centigan/core/progress.h"
#include "checkpoints.h"
#include "run_folder.h"
#include "status.h"
#include "training.h"

namespace centigan {

class Hooks {
 public:
  Hooks(TrainConfig& config, const TrainOptions& options, Training& training);
  ~Hooks();

  // Loads the newest valid checkpoint, if there is one, and says so -> the first step to do.
  int64_t resume();
  // Nothing is left to do: says so.
  TrainEnd already_finished();
  // After the step `done`: ticks, sheets, checkpoints. True: somebody asked to stop, and the state has been saved.
  bool after_step(const StepInfo& done);
  TrainEnd finish();

 private:
  void log_start();
  void mark_exactness(const Snapshot& snapshot, int64_t images);
  void sheet(const StepInfo& done);
  void reals();
  void save(const StepInfo& done, bool must);
  void line(const std::string& text);
  void attempt(bool must, const std::function<void()>& write);
  double seconds() const;

  TrainConfig& config_;
  const TrainOptions options_;
  Training& training_;
  RunFolder folder_;
  Checkpoints checkpoints_;
  Status status_;
  std::unique_ptr<Progress> progress_;
  std::string exact_ = "yes";
  int64_t steps_here_ = 0;
  double begun_, seconds_before_ = 0.0;
};

}  // namespace centigan
