#include "centigan/trainers/schedule.h"

#include <algorithm>
#include <cmath>

namespace centigan {

int64_t pictures_a_step(const TrainerConfig& config) {
  return config.batch * config.d_steps * config.d_accumulations;
}

int64_t total_steps(const TrainerConfig& config) {
  return static_cast<int64_t>(std::ceil(config.kimg * 1000.0 / pictures_a_step(config)));
}

StepInfo step_info(const TrainerConfig& config, int64_t step) {
  StepInfo info;
  info.step = step;
  info.batch = pictures_a_step(config);
  info.images = step * info.batch;
  info.batches = config.d_steps * config.d_accumulations;
  info.pieces = config.pieces;
  return info;
}

bool is_due(const Phase& phase, const StepInfo& info) {
  return info.step % phase.interval == 0;
}

bool passes(double every_kimg, const StepInfo& info) {
  const double every = every_kimg * 1000.0;
  return std::floor((info.images + info.batch) / every) > std::floor(info.images / every);
}

double lr_scale(const TrainerConfig& config, const StepInfo& info) {
  const double share = info.images / (config.kimg * 1000.0);
  if (share <= config.lr_decay_start) return 1.0;
  const double way = std::min(1.0, (share - config.lr_decay_start) / (1.0 - config.lr_decay_start));
  return 1.0 + way * (config.lr_final - 1.0);
}

double ema_beta(const TrainerConfig& config, const StepInfo& info) {
  if (info.images < config.ema_start * 1000.0) return 0.0;
  double half_life = config.ema_kimg * 1000.0;
  if (config.ema_rampup > 0.0) half_life = std::min(half_life, info.images * config.ema_rampup);
  return std::pow(0.5, info.batch / std::max(half_life, 1e-8));
}

AdamSettings adam_settings(const AdamConfig& config, const std::vector<Phase>& phases, const std::string& trained) {
  int64_t interval = 1;
  for (const Phase& phase : phases)
    if (phase.trains == trained) interval = std::max(interval, phase.interval);
  const double r = config.lazy_correction && interval > 1 ? interval / (interval + 1.0) : 1.0;
  return {r, std::pow(config.beta1, r), std::pow(config.beta2, r), config.eps};
}

}  // namespace centigan
