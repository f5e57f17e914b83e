#include "centigan/trainers/train.h"

#include "centigan/core/device.h"
#include "centigan/core/plugins.h"
#include "dry_run.h"
#include "hooks.h"
#include "run_folder.h"

namespace centigan {

TrainEnd train(TrainConfig config, const TrainOptions& options) {
  return train_with(config, options, make_parts);
}

TrainEnd train_with(TrainConfig config, const TrainOptions& options, const PartsFactory& make) {
  TimeLimit limit(options.time_limit);

  // Operators that the policy may name.
  load_plugins(config.plugin);

  // Where the run lives, and whether it may go on with this configuration.
  const bool begun = settle_run(config);
  const torch::Device device = pick_device(config.trainer.device);
  resolve_precision(config, device);
  search_convolutions(config.trainer.cudnn_benchmark);
  check_train_config(config);
  check_metric(config, options);

  // Data, networks, objective, optimizers, averages.
  Training training(config, make(config, device), device);
  if (!begun) training.start_from_init();
  if (options.dry_run) return dry_run(config, options, training);

  // Where a former process left off.
  Hooks hooks(config, options, training, limit);
  int64_t step = hooks.resume();

  while (!hooks.ended()) {
    const StepInfo info = training.info(step);
    try {
      training.begin(info);

      // Each phase that is due: the gradient over all pieces, then a step of its optimizer.
      for (const Phase& phase : training.phases())
        if (is_due(phase, info)) training.apply(phase, training.accumulate(phase, info), info);

      // Averages and running means.
      training.end(info);

      // Everything that follows is log, sheets, evaluation, checkpoints, signals and limits.
      hooks.after_step(info);
      ++step;
    } catch (const Setback& setback) {
      // Values that are not finite, or no memory left: on from the last checkpoint, with one thing changed.
      step = hooks.go_back(setback);
    }
  }
  return hooks.finish();
}

}  // namespace centigan
