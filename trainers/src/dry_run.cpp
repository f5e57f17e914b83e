#include "dry_run.h"

#include <chrono>
#include <cstdio>

#include "centigan/core/device.h"
#include "centigan/core/log.h"
#include "centigan/core/progress.h"
#include "centigan/trainers/augmenter.h"
#include "layer_table.h"

namespace centigan {
namespace {

void trial_step(Training& training, const StepInfo& info) {
  training.begin(info);
  for (const Phase& phase : training.phases())
    if (is_due(phase, info)) training.apply(phase, training.accumulate(phase, info), info);
  training.end(info);
}

double trial_seconds(Training& training, const TrainConfig& config, int64_t first, int64_t count) {
  const auto start = std::chrono::steady_clock::now();
  for (int64_t step = first; step < first + count; ++step) trial_step(training, step_info(config.trainer, step));
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void print_networks(Training& training) {
  for (const Trained& trained : training.parts().objective->trained()) print_layers(trained);
}

}  // namespace

// Step 0 has every phase and warms up; three plain steps are timed.
TrainEnd dry_run(const TrainConfig& config, const TrainOptions& options, Training& training) {
  for (const std::string& chosen : options.opening) say("auto: " + chosen);
  TrainConfig shown = config;
  say("options:\n" + write_config(ConfigRef(shown)) + "networks:");
  print_networks(training);
  if (training.parts().data) say(augment_summary(config.trainer));
  trial_seconds(training, config, 0, 1);
  const double step = trial_seconds(training, config, 1, 3) / 3;
  char line[200];
  std::snprintf(line, sizeof line, "memory: about %.0f MB\ntime: about %s (%.1f img/s here and now)", peak_memory_mb(),
                duration_text(step * total_steps(config.trainer)).c_str(), config.trainer.batch / step);
  say(line);
  say("dry run: nothing was written to " + config.out);
  return TrainEnd::kFinished;
}

void resolve_precision(TrainConfig& config, torch::Device device) {
  if (config.model.precision == "auto") config.model.precision = device.is_cpu() && cpu_has_bf16() ? "bf16" : "float32";
}

}  // namespace centigan
