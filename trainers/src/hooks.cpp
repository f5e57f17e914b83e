#include "hooks.h"

#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "centigan/core/clock.h"
#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/plugins.h"
#include "centigan/core/signals.h"
#include "centigan/core/text.h"
#include "grid.h"
#include "start_lines.h"

namespace centigan {
namespace {

std::string text_or_nothing(const Snapshot& snapshot, const std::string& name) {
  const auto it = snapshot.texts.find(name);
  return it == snapshot.texts.end() ? "" : it->second;
}

}  // namespace

Hooks::Hooks(TrainConfig& config, const TrainOptions& options, Training& training, TimeLimit& limit)
    : config_(config),
      options_(options),
      training_(training),
      limit_(limit),
      folder_(config, data_fingerprint(training.parts())),
      checkpoints_(folder_.checkpoints(), config.trainer.keep, std::llround(config.trainer.keep_every * 1000.0)),
      evaluation_(config, options_, training, folder_.path()),
      status_(config, training, folder_.path()),
      timelapse_(folder_.path()),
      report_(config, training, folder_.path()),
      begun_(clock_seconds()) {
  if (options.quiet) set_quiet(true);
  open_log(folder_.file("log.txt"));
  log_start();
}

Hooks::~Hooks() {
  if (options_.quiet) set_quiet(false);
  close_log();
}

void Hooks::log_start() {
  for (const std::string& text : start_lines(config_, training_, folder_.path(), options_.opening)) line(text);
  const TrainParts& parts = training_.parts();
  for (const auto& [name, reason] : parts.data_report.skipped) warn("data: " + name + ": skipped, " + reason);
  for (const std::string& warning : parts.data_report.warnings) warn("data: " + warning);
  if (!evaluation_.plan().empty()) line("  " + evaluation_.plan());
}

double Hooks::seconds() const {
  return seconds_before_ + clock_seconds() - begun_;
}

void Hooks::line(const std::string& text) {
  if (progress_ && !options_.quiet && ::isatty(STDERR_FILENO)) std::fputs("\r\033[K", stderr);
  say(text);
}

int64_t Hooks::resume() {
  const std::string newest = checkpoints_.newest();
  int64_t step = 0;
  if (!newest.empty()) {
    const Snapshot snapshot = read_checkpoint(newest);
    step = load(snapshot, newest);
    seconds_before_ = std::atof(snapshot.text("seconds").c_str());
    mark_exactness(snapshot, images_);
    line("  resumes from " + newest + format_text(" at %.3f kimg", images_ / 1000.0) +
         kept_changes(training_.recovery(), config_));
  } else if (const std::string file = training_.start_from_init(); !file.empty()) {  // again: a run without checkpoint
    line("  starts from the networks of " + file);
  }
  begun_ = clock_seconds();
  status_.begin(images_, seconds());
  const bool missing = evaluation_.missing(images_);
  if (step >= total_steps(config_.trainer) || !evaluation_.out_of_patience().empty()) end_ = TrainEnd::kAlreadyFinished;
  if (ended() && !missing) return step;
  if (newest.empty()) start_ = training_.save_start(), evaluation_.save(start_);
  begin_work();
  if (missing) evaluate_again(step_info(config_.trainer, step - 1));
  limit_.step_begins();
  return step;
}

int64_t Hooks::load(const Snapshot& snapshot, const std::string& source) {
  const int64_t step = training_.load(snapshot, source);
  images_ = step * pictures_a_step(config_.trainer);
  evaluation_.resume(snapshot, source, images_);
  return step;
}

int64_t Hooks::go_back(const Setback& setback) {
  const Recovery next = recover(training_.recovery(), setback, config_);
  training_.drop_step();
  const std::string newest = start_.tensors.empty() ? find_checkpoint(folder_.path()) : "";
  const int64_t step = load(newest.empty() ? start_ : read_checkpoint(newest), newest);
  training_.change(next);
  warn("train: " + setback.where() + ": " + setback.what_happened() + "; goes on from " +
       (newest.empty() ? "the start" : newest) + " with " + what_changed(setback, next, config_));
  end_.reset();
  timelapse_ = Timelapse(folder_.path());  // forgets sheets that are drawn anew
  status_.begin(images_, seconds());
  begin_work();
  limit_.step_begins();
  return step;
}

void Hooks::begin_work() {
  status_.open_files();
  evaluation_.cut_logs();
  if (images_ == 0) reals();
  const int64_t pictures = total_steps(config_.trainer) * pictures_a_step(config_.trainer);
  progress_ = std::make_unique<Progress>("training", pictures, "img", options_.quiet, images_);
}

// A signal or a limit came in its way, or it is wanted only now.
void Hooks::evaluate_again(const StepInfo& done) {
  const Evaluation::Outcome outcome = evaluate(done);
  const bool left = evaluation_.missing(images_);
  end_ = end_after(done, left);
  if (!left) save(done, false, outcome == Evaluation::Outcome::kBest);
  if (left && !stop_requested()) warn("train: an evaluation does not fit into the time limit, so the run cannot go on");
}

// A run that moves goes on, but it is not the run it would have been.
void Hooks::mark_exactness(const Snapshot& snapshot, int64_t images) {
  exact_ = snapshot.text("exact");
  const auto compare = [&](const std::string& what, const std::string& now, const std::string& stored) {
    if (stored == now) return;
    if (exact_ == "yes") exact_ = format_text("not since %.3f kimg", images / 1000.0);
    warn("train: resumes " + what + now + ", was " + stored + ": not exact from here on");
  };
  compare("under ", machine_record(training_), snapshot.text("machine"));
  compare("with plugins of SHA-256 ", plugin_hashes(plugin_record()),
          plugin_hashes(text_or_nothing(snapshot, "plugins")));
}

void Hooks::after_step(const StepInfo& done) {
  images_ = done.images + done.batch;
  ++steps_here_;
  const bool last = done.step + 1 >= total_steps(config_.trainer);
  const auto due = [&](double every) { return last || passes(every, done); };
  if (due(config_.trainer.tick)) line(status_.tick(done, seconds(), report_.seconds()));
  if (due(config_.trainer.grid_every)) attempt(false, [&] { sheet(done); });
  limit_.step_ended();
  using Outcome = Evaluation::Outcome;
  const bool judged = evaluation_.due(done, due(config_.trainer.tick), seconds());
  const Outcome outcome = judged ? evaluate(done) : Outcome::kNone;
  end_ = end_after(done, evaluation_.missing(images_));
  const bool asked = training_.comm().any(take_save_request());
  if (due(config_.trainer.save_every) || outcome == Outcome::kBest || ended() || asked)
    save(done, ended(), outcome == Outcome::kBest);
  if (due(config_.trainer.tick) && !ended()) report_.tick();
  progress_->update(images_, status_.note());
  limit_.step_begins();
}

Evaluation::Outcome Hooks::evaluate(const StepInfo& done) {
  const Evaluation::Outcome left = Evaluation::Outcome::kLeft;
  const bool first_work = steps_here_ == 0;  // then it is given all the time that there is
  if (stop_requested() || !limit_.fits(first_work ? 0.0 : evaluation_.expected_seconds())) return left;
  const double begun = clock_seconds();
  const auto outcome = evaluation_.measure(done, [&] { return stop_requested() || !limit_.fits(0.0); });
  status_.leave_out(clock_seconds() - begun);
  if (outcome == left || evaluation_.report().empty()) return outcome;
  line("  " + evaluation_.report());
  status_.event(images_, "Metrics/" + evaluation_.latest().name, evaluation_.latest().value);
  return outcome;
}

// `left`: an evaluation was due and has to be made up for, so even the last step does not end the run.
std::optional<TrainEnd> Hooks::end_after(const StepInfo& done, bool left) {
  const Comm& comm = training_.comm();
  const bool last = done.step + 1 >= total_steps(config_.trainer);
  const bool steps_done = options_.max_steps > 0 && steps_here_ >= options_.max_steps;
  left = comm.any(left);
  const bool stop = comm.any(stop_requested() || steps_done), late = left || comm.any(limit_.reached());
  if (stop && (!last || left)) return TrainEnd::kStopped;
  if (late && (!last || left)) return TrainEnd::kTimeLimit;
  if (last || !evaluation_.out_of_patience().empty()) return TrainEnd::kFinished;
  return std::nullopt;
}

TrainEnd Hooks::finish() {
  if (*end_ != TrainEnd::kAlreadyFinished) report_.close(*end_ == TrainEnd::kFinished);
  if (progress_ && *end_ == TrainEnd::kFinished) progress_->finish(status_.note());
  const std::string weary = evaluation_.out_of_patience();
  if (*end_ == TrainEnd::kAlreadyFinished) {
    const std::string why = weary.empty() ? format_text("%g kimg); --kimg prolongs it", config_.trainer.kimg)
                                          : weary + "); a larger --patience prolongs it";
    line("  " + folder_.path() + " is finished (" + why);
  } else if (*end_ == TrainEnd::kFinished) {
    if (!weary.empty()) line("  ends before its time: " + weary);
    line("  finished after " + duration_text(seconds()) +
         format_text(", %lld warnings, peak memory %.0f MB: ", static_cast<long long>(warning_count()),
                     peak_memory_mb()) +
         folder_.path());
  } else {
    const std::string why = *end_ == TrainEnd::kTimeLimit ? "  time limit: "
                            : stop_requested()            ? format_text("  signal %d: ", stop_signal())
                                                          : "  ";
    line(why + format_text("stopped at %.3f kimg and saved; the same command goes on", images_ / 1000.0));
  }
  return *end_;
}

void Hooks::sheet(const StepInfo& done) {
  const TrainParts& parts = training_.parts();
  if (!parts.generator) return;
  const auto averaged = training_.averaged();
  const std::string name = format_text("fakes%07lld.png", static_cast<long long>(done.images + done.batch));
  write_sheet(folder_.file(name), *parts.generator, training_.device(), config_.model.classes);
  timelapse_.update(done.images + done.batch);
}

void Hooks::reals() {
  const TrainParts& parts = training_.parts();
  if (!parts.data) return;
  std::vector<torch::Tensor> images;
  for (int64_t i = 0; i < std::min<int64_t>(parts.data->size(), 64); ++i) images.push_back(parts.data->image(i));
  attempt(false, [&] { write_png(folder_.file("reals.png"), make_grid(at::stack(images), 8)); });
}

void Hooks::attempt(bool must, const std::function<void()>& write) {
  try {
    write();
  } catch (const Error& error) {
    if (must || config_.trainer.on_save_error == "stop") throw;
    warn(first_line(error.what()) + "; training goes on");
  }
}

void Hooks::save(const StepInfo& done, bool must, bool best) {
  if (!training_.comm().leads()) return;
  Snapshot snapshot = training_.save(done.step + 1);
  snapshot.texts = {{"config", write_config(ConfigRef(config_))},
                    {"data", data_fingerprint(training_.parts())},
                    {"machine", machine_record(training_)},
                    {"exact", exact_},
                    {"seconds", format_text("%.3f", seconds())}};
  if (!loaded_plugins().empty()) snapshot.texts["plugins"] = plugin_record();
  for (const std::string& name : training_.parts().class_names) snapshot.texts["classes"] += name + "\n";
  evaluation_.save(snapshot);
  const double start = clock_seconds();
  bool kept = false;
  attempt(must, [&] {
    const std::string path = checkpoints_.save(snapshot, done.images + done.batch, done.step + 1);
    limit_.saved(clock_seconds() - start);
    start_ = Snapshot();
    line("  saved " + path +
         format_text(" (%.1f MB, %.2f s)", std::filesystem::file_size(path) / 1048576.0, clock_seconds() - start));
    if (best) evaluation_.keep(path);
    kept = true;
  });
  if (best && !kept) evaluation_.forget();
}

}  // namespace centigan
