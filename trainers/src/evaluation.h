// Evaluation while a run is trained, the best checkpoint, and patience.
#pragma once
#include <functional>
#include <optional>
#include <string>

#include "centigan/trainers/metric.h"
#include "centigan/trainers/scores.h"
#include "training.h"

namespace centigan {

// An evaluation that was asked for (trainer.eval_every above 0) needs the metric network: Error if it is missing.
void check_metric(const TrainConfig& config, const TrainOptions& options);

class Evaluation {
 public:
  enum class Outcome { kNone, kMeasured, kBest, kLeft };

  // Writes metrics.jsonl and best.h5 in `folder`.
  Evaluation(const TrainConfig& config, const TrainOptions& options, Training& training, std::string folder);

  // One line for the log: what is going to be measured when, or why nothing is. "": nothing to say.
  const std::string& plan() const { return plan_; }

  // A run goes on from `checkpoint` after `images` pictures: takes over its scores, and those of a best.h5 that is
  // better than what the checkpoint knows (it was made in a future that was lost).
  void resume(const Snapshot& snapshot, const std::string& checkpoint, int64_t images);
  void cut_logs() const;
  void save(Snapshot& snapshot) const { write_scores(scores_, snapshot); }

  // After the step `done`, at the time `seconds` of the run. `tick`: the log line was due as well. An automatic
  // evaluation waits until it keeps below a tenth of the run's time.
  bool due(const StepInfo& done, bool tick, double seconds) const;
  // An evaluation that should have been made after so many pictures, but was left.
  bool missing(int64_t images) const;
  // What it is going to take, as far as that is known.
  double expected_seconds() const;

  // `leave` is asked often; true ends the evaluation (kLeft). kBest: the caller saves, and calls keep or forget.
  Outcome measure(const StepInfo& done, const std::function<bool()>& leave);
  const std::string& report() const { return report_; }  // line for the log about the latest one
  const MetricResult& latest() const { return latest_; }
  void keep(const std::string& checkpoint);  // becomes best.h5
  void forget() { scores_ = before_; }       // could not be saved

  // No better number for trainer.patience; a whole sentence then, else "".
  std::string out_of_patience() const;
  const Scores& scores() const { return scores_; }

 private:
  bool exact() const { return active_ && config_.trainer.eval_every > 0.0; }
  bool better(double value, double than) const;
  bool at_cadence(const StepInfo& done) const;
  void adopt(const Scores& file);
  MetricResult measure_average(const std::function<bool()>& leave);
  bool record(const MetricResult& result, const StepInfo& done, double seconds);

  const TrainConfig& config_;
  const TrainOptions& options_;
  Training& training_;
  const std::string folder_, metric_name_;
  bool active_ = false;
  std::string plan_, weights_, report_;
  Metric metric_;
  MetricResult latest_;
  Scores scores_, before_;
  int64_t logged_ = -1;  // evaluations up to here stay in metrics.jsonl
};

}  // namespace centigan
