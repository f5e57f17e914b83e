#include "evaluation.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "best_file.h"
#include "centigan/core/clock.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/progress.h"
#include "centigan/core/text.h"
#include "centigan/metrics/extractor.h"
#include "centigan/metrics/measurement.h"
#include "centigan/trainers/schedule.h"
#include "run_log.h"
#include "time_limit.h"

namespace centigan {
namespace {

constexpr double kShareOfTime = 0.1;

// Thrown out of a metric when somebody wants it to end.
struct EvaluationLeft {};

// Before the first one: what the FID network takes for a picture on one core, and on an accelerator.
double guessed_seconds(const TrainConfig& config, const Training& training) {
  const double a_picture = training.device().is_cpu() ? 0.08 / hardware_threads() : 0.004;
  return a_picture * static_cast<double>(config.trainer.eval_fakes + training.parts().data->size());
}

}  // namespace

void check_metric(const TrainConfig& config, const TrainOptions& options) {
  if (config.trainer.eval_every > 0.0 && !options.metric) find_inception_weights(options.weights_dir);
}

Evaluation::Evaluation(const TrainConfig& config, const TrainOptions& options, Training& training, std::string folder)
    : config_(config),
      options_(options),
      training_(training),
      folder_(std::move(folder)),
      metric_name_(config.trainer.metric + " of " + std::to_string(config.trainer.eval_fakes) + " fakes") {
  scores_.metric = metric_name_;
  const bool possible = training.comm().leads() && training.parts().data && training.parts().generator;
  if (config.trainer.eval_every < 0.0 || !possible) return;
  try {
    if (!options.metric) weights_ = find_inception_weights(options.weights_dir);
    active_ = true;
    plan_ = "measures " + metric_name_ +
            (exact() ? format_text(" every %g kimg", config.trainer.eval_every)
                     : std::string(" now and then, in at most a tenth of the time")) +
            "; the best checkpoint stays as best.h5";
  } catch (const Error&) {
    plan_ = "no best checkpoint is kept: the metric network is not here (tools/setup.sh --weights fetches it)";
  }
}

void Evaluation::resume(const Snapshot& snapshot, const std::string& checkpoint, int64_t images) {
  const Scores stored = read_scores(snapshot);
  logged_ = stored.evaluated;
  if (stored.metric == metric_name_) scores_ = stored;
  if (!active_) return;
  const std::optional<Scores> file = best_of_run(folder_);
  if (file) adopt(*file);
  // A kill between the save and its second name.
  if (scores_.best_images == images && !(file && file->best_images == images)) keep(checkpoint);
}

void Evaluation::adopt(const Scores& file) {
  if (file.metric != metric_name_ || file.best_images < 0) return;
  if (scores_.best_images >= 0 && !better(file.best, scores_.best)) return;
  scores_.best = file.best, scores_.best_images = file.best_images, scores_.best_text = file.best_text;
}

void Evaluation::cut_logs() const {
  cut_jsonl(folder_ + "/metrics.jsonl", logged_);
}

bool Evaluation::better(double value, double than) const {
  for (const MetricKind& kind : metric_kinds())
    if (kind.word == config_.trainer.metric && kind.higher_is_better) return value > than;
  return value < than;
}

bool Evaluation::at_cadence(const StepInfo& done) const {
  return passes(config_.trainer.eval_every, done) || done.step + 1 >= total_steps(config_.trainer);
}

bool Evaluation::due(const StepInfo& done, bool tick, double seconds) const {
  if (!active_) return false;
  if (exact()) return at_cadence(done);
  return tick && scores_.seconds + expected_seconds() <= kShareOfTime * seconds;
}

bool Evaluation::missing(int64_t images) const {
  if (!exact() || images <= 0 || scores_.evaluated >= images) return false;
  return at_cadence(step_info(config_.trainer, images / pictures_a_step(config_.trainer) - 1));
}

double Evaluation::expected_seconds() const {
  return scores_.last_seconds > 0.0 ? scores_.last_seconds : guessed_seconds(config_, training_);
}

MetricResult Evaluation::measure_average(const std::function<bool()>& leave) {
  const TrainParts& parts = training_.parts();
  if (!metric_)
    metric_ = options_.metric ? options_.metric(config_, *parts.data, training_.device())
                              : make_metric(config_, *parts.data, training_.device(), weights_);
  const auto averaged = training_.averaged();
  std::unique_ptr<Progress> progress;
  return metric_(*parts.generator, [&](int64_t done, int64_t total) {
    if (leave()) throw EvaluationLeft();
    if (!progress) progress = std::make_unique<Progress>("evaluating", total, "pictures", options_.quiet);
    progress->update(done);
  });
}

Evaluation::Outcome Evaluation::measure(const StepInfo& done, const std::function<bool()>& leave) {
  const double begun = clock_seconds();
  before_ = scores_;
  report_.clear();
  try {
    latest_ = measure_average(leave);
  } catch (const EvaluationLeft&) {
    return Outcome::kLeft;
  } catch (const std::exception& error) {  // a number is not worth the run
    warn("train: no evaluation: " + first_line(error.what()));
    latest_ = {std::nan(""), "", "", {}};
  }
  return record(latest_, done, clock_seconds() - begun) ? Outcome::kBest : Outcome::kMeasured;
}

// -> whether it is the best so far.
bool Evaluation::record(const MetricResult& result, const StepInfo& done, double seconds) {
  scores_.evaluated = done.images + done.batch;
  scores_.last_seconds = seconds;
  scores_.seconds += seconds;
  if (result.text.empty()) return false;
  JsonFields fields = {{"images", scores_.evaluated}, {"step", done.step + 1}};
  fields.insert(fields.end(), result.fields.begin(), result.fields.end());
  append_jsonl(folder_ + "/metrics.jsonl", fields);
  report_ = format_text("evaluated at %.3f kimg in %s: ", static_cast<double>(scores_.evaluated) / 1000.0,
                        duration_text(seconds).c_str()) +
            result.text;
  const bool best = std::isfinite(result.value) && (scores_.best_images < 0 || better(result.value, scores_.best));
  if (best) scores_.best = result.value, scores_.best_images = scores_.evaluated, scores_.best_text = result.text;
  if (best) report_ += ", the best so far";
  if (!best && scores_.best_images >= 0) report_ += "; the best is still " + best_sentence(scores_);
  return best;
}

void Evaluation::keep(const std::string& checkpoint) {
  keep_best_file(checkpoint, folder_);
}

std::string Evaluation::out_of_patience() const {
  const double patience = config_.trainer.patience,
               waited = (scores_.evaluated - std::max<int64_t>(scores_.best_images, 0)) / 1000.0;
  if (!exact() || patience <= 0.0 || waited < patience) return "";
  const std::string best = best_sentence(scores_);
  return format_text("no better number for %g kimg", waited) +
         (best.empty() ? "" : "; the best is " + best + ", in best.h5");
}

}  // namespace centigan
