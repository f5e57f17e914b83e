#include "dry_run.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "centigan/core/clock.h"
#include "centigan/core/device.h"
#include "centigan/core/log.h"
#include "centigan/core/progress.h"
#include "centigan/core/text.h"
#include "centigan/trainers/augmenter.h"
#include "layer_table.h"
#include "memory_watch.h"

namespace centigan {
namespace {

constexpr int kTimedSteps = 3;

template <class... Values>
void say_format(const char* form, Values... values) {
  say(format_text(form, values...));
}

double megabytes(int64_t values) {
  return static_cast<double>(values) * 4 / (1 << 20);
}

// What a few steps in memory showed.
struct Trial {
  std::map<std::string, double> phase_seconds;  // of one run of the phase
  double other_seconds = 0.0;                   // of a step without its phases
  double step_mb = 0.0;                         // most that lived at once of what a thread made in a step
};

class Clock {
 public:
  // Since the last call.
  double seconds() {
    const double before = last_;
    last_ = clock_seconds();
    return last_ - before;
  }

 private:
  double last_ = clock_seconds();
};

// Every phase, due or not: how often it runs is known.
void trial_step(Training& training, const StepInfo& info, Trial& trial) {
  const MemoryWatch watch;
  Clock clock;
  training.begin(info);
  trial.other_seconds += clock.seconds();
  for (const Phase& phase : training.phases()) {
    const PhaseGradient gradient = training.accumulate(phase, info);
    training.apply(phase, gradient, info);
    const double seconds = clock.seconds();
    if (gradient.values.defined()) trial.phase_seconds[phase.name] += seconds;
  }
  training.end(info);
  trial.other_seconds += clock.seconds();
  trial.step_mb = std::max(trial.step_mb, watch.peak_mb());
}

// The first step warms up.
Trial try_steps(Training& training, const TrainConfig& config) {
  Trial warm_up, trial;
  trial_step(training, step_info(config.trainer, 0), warm_up);
  for (int i = 1; i <= kTimedSteps; ++i) trial_step(training, step_info(config.trainer, i), trial);
  for (auto& [name, seconds] : trial.phase_seconds) seconds /= kTimedSteps;
  trial.other_seconds /= kTimedSteps;
  trial.step_mb = std::max(trial.step_mb, warm_up.step_mb);
  return trial;
}

// Values of parameters, of those that are averaged, and of pictures.
struct Sizes {
  int64_t parameters = 0, averaged = 0;
  double pictures_mb = 0.0;
};

Sizes sizes_of(const TrainParts& parts) {
  Sizes sizes;
  for (const Trained& trained : parts.objective->trained())
    for (const auto& parameter : trained.module->parameters()) {
      sizes.parameters += parameter.numel();
      sizes.averaged += trained.average ? parameter.numel() : 0;
    }
  for (const Dataset* data : {parts.data.get(), parts.holdout.get()})
    if (data) sizes.pictures_mb += static_cast<double>(data->size()) * data->image(0).numel() / (1 << 20);
  return sizes;
}

double memory_now(torch::Device device) {
  return device.is_cpu() ? current_memory_mb() : device_memory(device).current_mb;
}

double most_memory(torch::Device device) {
  return device.is_cpu() ? peak_memory_mb() : device_memory(device).peak_mb;
}

// Optimizer and gradients are not touched before the first step, so the system has not yet given their pages.
void say_memory(const Training& training, const Sizes& sizes, const Trial& trial, double before) {
  const bool cpu = training.device().is_cpu();
  const double weights = megabytes(sizes.parameters), averages = megabytes(sizes.averaged);
  const double pictures = cpu ? sizes.pictures_mb : 0.0, steps = training.threads() * trial.step_mb;
  const double later = cpu ? 3 * weights : 0.0, rest = std::max(0.0, before - weights - averages - pictures);
  const double estimate = before + later + steps, measured = most_memory(training.device());
  say("memory" + std::string(cpu ? ":" : " of the device:"));
  say_format("  %10.1f MB  weights", weights);
  say_format("  %10.1f MB  gradients", weights);
  say_format("  %10.1f MB  optimizer", 2 * weights);
  say_format("  %10.1f MB  averages", averages);
  if (cpu) say_format("  %10.1f MB  pictures", pictures);
  say_format("  %10.1f MB  activations, %.1f for each of %d threads", steps, trial.step_mb, training.threads());
  say_format("  %10.1f MB  program and libraries", cpu ? rest : std::max(0.0, rest - 3 * weights));
  say_format("  %10.1f MB  together; measured: %.1f MB (the estimate is %+.0f %%)", estimate, measured,
             100.0 * (estimate / measured - 1.0));
}

void say_time(const Training& training, const TrainConfig& config, const Trial& trial) {
  const int64_t steps = total_steps(config.trainer);
  double total = trial.other_seconds * steps;
  say("time, here and now:");
  for (const Phase& phase : training.phases()) {
    if (trial.phase_seconds.count(phase.name) == 0) continue;  // nothing to do, such as a weight of 0
    const double seconds = trial.phase_seconds.at(phase.name);
    total += seconds * std::ceil(static_cast<double>(steps) / phase.interval);
    const std::string often = phase.interval > 1 ? " steps" : "step";
    say_format("  %10.1f ms  %s, every %s%s", 1000 * seconds, phase.name.c_str(),
               phase.interval > 1 ? std::to_string(phase.interval).c_str() : "", often.c_str());
  }
  say_format("  %10.1f ms  pictures and averages, every step", 1000 * trial.other_seconds);
  const double kimg = pictures_a_step(config.trainer) * steps / 1000.0;
  say_format("  %10.2f s   a kimg (%.1f img/s), %s for %lld steps of %lld pictures", total / kimg, 1000 * kimg / total,
             duration_text(total).c_str(), static_cast<long long>(steps),
             static_cast<long long>(pictures_a_step(config.trainer)));
}

// A new checkpoint is written before an older one is removed.
void say_disk(Training& training, const TrainConfig& config) {
  int64_t bytes = 0;
  for (const auto& [name, tensor] : training.save(0).tensors) bytes += static_cast<int64_t>(tensor.nbytes());
  const double one = static_cast<double>(bytes) / (1 << 20);
  const long long kept = config.trainer.keep;
  say_format("disk: %lld checkpoints of %.1f MB stay, %.1f MB while one is written; %.0f sample sheets", kept, one,
             one * static_cast<double>(kept + 1), std::ceil(config.trainer.kimg / config.trainer.grid_every));
}

void say_networks(const TrainParts& parts) {
  say("networks:");
  for (const Trained& trained : parts.objective->trained()) print_layers(trained);
  say_format("  together: %lld parameters", static_cast<long long>(sizes_of(parts).parameters));
}

}  // namespace

TrainEnd dry_run(const TrainConfig& config, const TrainOptions& options, Training& training) {
  const double before = memory_now(training.device());
  TrainConfig shown = config;
  const TrainParts& parts = training.parts();
  for (const std::string& chosen : options.opening) say("auto: " + chosen);
  for (const std::string& note : parts.data_report.notes) say("data: " + note);
  say("options:\n" + write_config(ConfigRef(shown)));
  say_networks(parts);
  if (parts.data) say(augment_summary(config.trainer));
  const Trial trial = try_steps(training, config);
  say_memory(training, sizes_of(parts), trial, before);
  say_time(training, config, trial);
  say_disk(training, config);
  say("dry run: nothing was written to " + config.out);
  return TrainEnd::kFinished;
}

void resolve_precision(TrainConfig& config, torch::Device device) {
  if (config.model.precision == "auto") config.model.precision = device.is_cpu() && cpu_has_bf16() ? "bf16" : "float32";
}

}  // namespace centigan
