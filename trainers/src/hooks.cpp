#include "hooks.h"

#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <sstream>

#include "centigan/core/device.h"
#include "centigan/core/error.h"
#include "centigan/core/file.h"
#include "centigan/core/image.h"
#include "centigan/core/log.h"
#include "centigan/core/plugins.h"
#include "centigan/core/signals.h"
#include "grid.h"

namespace centigan {
namespace {

double clock_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

template <class... Values>
std::string format(const char* form, Values... values) {
  char buffer[512];
  std::snprintf(buffer, sizeof buffer, form, values...);
  return buffer;
}

std::string fingerprint(const TrainParts& parts) {
  return parts.data ? parts.data->fingerprint() : "none";
}

// What exact resuming depends on beside the configuration.
std::string machine_record(const torch::Device& device) {
  const BuildInfo build = build_info();
  return build.version + ", torch " + build.torch + ", " + build.compiler + ", " + build.cpu + ", " +
         (device.is_cpu() ? "CPU" : "CUDA");
}

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// What differs from the defaults, a few settings a line.
std::vector<std::string> changed_settings(TrainConfig& config) {
  TrainConfig defaults;
  const std::vector<ConfigField> now = config_fields(ConfigRef(config)), plain = config_fields(ConfigRef(defaults));
  std::vector<std::string> lines;
  for (size_t i = 0; i < now.size(); ++i) {
    if (now[i].value == plain[i].value || now[i].key == "out") continue;
    const std::string setting = " " + now[i].key + "=" + now[i].value;
    if (lines.empty() || lines.back().size() + setting.size() > 110) lines.emplace_back(" ");
    lines.back() += setting;
  }
  return lines;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

// Hashes of a plugin_record(), without the paths: a library may move.
std::string plugin_hashes(const std::string& record) {
  std::istringstream lines(record);
  std::string hashes;
  for (std::string one; std::getline(lines, one);) hashes += (hashes.empty() ? "" : ", ") + one.substr(0, 16);
  return hashes.empty() ? "none" : hashes;
}

std::string text_or_nothing(const Snapshot& snapshot, const std::string& name) {
  const auto it = snapshot.texts.find(name);
  return it == snapshot.texts.end() ? "" : it->second;
}

}  // namespace

Hooks::Hooks(TrainConfig& config, const TrainOptions& options, Training& training)
    : config_(config),
      options_(options),
      training_(training),
      folder_(config, fingerprint(training.parts())),
      checkpoints_(folder_.checkpoints(), config.trainer.keep),
      status_(config, training, folder_.path()),
      begun_(clock_seconds()) {
  if (options.quiet) set_quiet(true);
  open_log(folder_.file("log.txt"));
  log_start();
}

Hooks::~Hooks() {
  if (options_.quiet) set_quiet(false);
  close_log();
}

double Hooks::seconds() const {
  return seconds_before_ + clock_seconds() - begun_;
}

void Hooks::line(const std::string& text) {
  if (progress_ && !options_.quiet && ::isatty(STDERR_FILENO)) std::fputs("\r\033[K", stderr);
  say(text);
}

void Hooks::log_start() {
  const TrainParts& parts = training_.parts();
  line(format("centigan %s trains %s", build_info().version.c_str(), folder_.path().c_str()));
  line(
      "  " + device_name(training_.device()) +
      format(", %d threads, %lld pieces a batch", training_.threads(), static_cast<long long>(config_.trainer.pieces)));
  if (parts.data)
    line(format("  %lld pictures of %lldx%lld, fingerprint %.16s", static_cast<long long>(parts.data->size()),
                static_cast<long long>(parts.data->height()), static_cast<long long>(parts.data->width()),
                fingerprint(parts).c_str()));
  for (const std::string& note : parts.data_report.notes) line("  " + note);
  for (const std::string& chosen : options_.opening) line("  auto: " + chosen);
  for (const Plugin& plugin : loaded_plugins())
    line("  plugin " + plugin.path + ", SHA-256 " + plugin.sha256.substr(0, 16) + ": " + joined(plugin.operators));
  line("  all settings are in " + folder_.file("config.txt") + "; not at their defaults:");
  for (const std::string& settings : changed_settings(config_)) line("  " + settings);
  for (const auto& [name, reason] : parts.data_report.skipped) warn("data: " + name + ": skipped, " + reason);
  for (const std::string& warning : parts.data_report.warnings) warn("data: " + warning);
}

int64_t Hooks::resume() {
  const std::string newest = checkpoints_.newest();
  int64_t step = 0;
  if (!newest.empty()) {
    const Snapshot snapshot = read_checkpoint(newest);
    step = training_.load(snapshot, newest);
    seconds_before_ = std::atof(snapshot.text("seconds").c_str());
    mark_exactness(snapshot, step * config_.trainer.batch);
    line("  resumes from " + newest + format(" at %.3f kimg", step * config_.trainer.batch / 1000.0));
  } else if (const std::string file = training_.start_from_init(); !file.empty()) {  // again: a run without checkpoint
    line("  starts from the networks of " + file);
  }
  begun_ = clock_seconds();
  const int64_t images = step * config_.trainer.batch;
  status_.begin(images, seconds());
  if (step >= total_steps(config_.trainer)) return step;
  status_.open_files();
  if (step == 0) reals();
  progress_ = std::make_unique<Progress>("training", total_steps(config_.trainer) * config_.trainer.batch, "img",
                                         options_.quiet, images);
  return step;
}

// A run that moves goes on, but it is not the run it would have been.
void Hooks::mark_exactness(const Snapshot& snapshot, int64_t images) {
  exact_ = snapshot.text("exact");
  const auto compare = [&](const std::string& what, const std::string& now, const std::string& stored) {
    if (stored == now) return;
    if (exact_ == "yes") exact_ = format("not since %.3f kimg", images / 1000.0);
    warn("train: resumes " + what + now + ", was " + stored + ": not exact from here on");
  };
  compare("under ", machine_record(training_.device()), snapshot.text("machine"));
  compare("with plugins of SHA-256 ", plugin_hashes(plugin_record()),
          plugin_hashes(text_or_nothing(snapshot, "plugins")));
}

TrainEnd Hooks::already_finished() {
  line("  " + folder_.path() + format(" is finished (%g kimg); --kimg prolongs it", config_.trainer.kimg));
  return TrainEnd::kAlreadyFinished;
}

bool Hooks::after_step(const StepInfo& done) {
  const bool last = done.step + 1 >= total_steps(config_.trainer);
  const auto due = [&](double every) { return last || passes(every, done); };
  if (due(config_.trainer.tick)) line(status_.tick(done, seconds()));
  if (due(config_.trainer.grid_every)) attempt(false, [&] { sheet(done); });
  const bool limit = options_.max_steps > 0 && ++steps_here_ >= options_.max_steps;
  const bool stop = training_.comm().any(stop_requested() || limit) && !last;
  const bool asked = training_.comm().any(take_save_request());
  if (due(config_.trainer.save_every) || stop || asked) save(done, stop || last);
  progress_->update(done.images + done.batch, status_.note());
  if (stop)
    line((stop_requested() ? format("  signal %d: ", stop_signal()) : "  ") +
         format("stopped at %.3f kimg and saved; the same command goes on", (done.images + done.batch) / 1000.0));
  return stop;
}

TrainEnd Hooks::finish() {
  progress_->finish(status_.note());
  line("  finished after " + duration_text(seconds()) +
       format(", %lld warnings, peak memory %.0f MB: ", static_cast<long long>(warning_count()), peak_memory_mb()) +
       folder_.path());
  return TrainEnd::kFinished;
}

void Hooks::sheet(const StepInfo& done) {
  const TrainParts& parts = training_.parts();
  if (!parts.generator) return;
  std::unique_ptr<FlatAverage::Scope> averaged;
  if (FlatAverage* average = training_.sheet_average()) averaged = std::make_unique<FlatAverage::Scope>(*average);
  const std::string name = format("fakes%07lld.png", static_cast<long long>(done.images + done.batch));
  write_sheet(folder_.file(name), *parts.generator, training_.device(), config_.model.classes);
}

void Hooks::reals() {
  const TrainParts& parts = training_.parts();
  if (!parts.data) return;
  std::vector<torch::Tensor> images;
  for (int64_t i = 0; i < std::min<int64_t>(parts.data->size(), 64); ++i) images.push_back(parts.data->image(i));
  attempt(false, [&] { write_png(folder_.file("reals.png"), make_grid(at::stack(images), 8)); });
}

// `must`: what would be lost is the run itself, so the error is the result.
void Hooks::attempt(bool must, const std::function<void()>& write) {
  try {
    write();
  } catch (const Error& error) {
    if (must || config_.trainer.on_save_error == "stop") throw;
    warn(first_line(error.what()) + "; training goes on");
  }
}

void Hooks::save(const StepInfo& done, bool must) {
  if (!training_.comm().leads()) return;
  Snapshot snapshot = training_.save(done.step + 1);
  snapshot.texts = {{"config", write_config(ConfigRef(config_))},
                    {"data", fingerprint(training_.parts())},
                    {"machine", machine_record(training_.device())},
                    {"exact", exact_},
                    {"seconds", format("%.3f", seconds())}};
  if (!loaded_plugins().empty()) snapshot.texts["plugins"] = plugin_record();
  const double start = clock_seconds();
  attempt(must, [&] {
    const std::string path = checkpoints_.save(snapshot, done.images + done.batch, done.step + 1);
    line("  saved " + path +
         format(" (%.1f MB, %.2f s)", std::filesystem::file_size(path) / 1048576.0, clock_seconds() - start));
  });
}

}  // namespace centigan
