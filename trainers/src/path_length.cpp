#include "path_length.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/device.h"
#include "centigan/trainers/regularizers.h"

namespace centigan {

PathLength::PathLength(const ObjectiveContext& context)
    : config_(context.config.loss),
      shape_(context.generator->shape()),
      device_(context.device),
      pass_(context, "pl", 1),
      noise_(context.config.trainer.seed, "noise/pl") {}

void PathLength::begin_step(const StepInfo& info) {
  info_ = info;
  lengths_.assign(info.parts(), {});
}

// The gradient flows through the updated mean that the penalty uses; it is detached only where it is kept.
torch::Tensor PathLength::loss(const Batch& batch, Stats& stats) {
  if (config_.pl_weight <= 0.0) return {};
  PassOptions options;
  options.count = std::max<int64_t>(1, batch.size / config_.pl_batch_shrink);
  const Fakes fakes = pass_.draw(batch, info_, options);
  const int64_t pixels = shape_.height * shape_.width;
  const torch::Tensor noise = on_device(noise_.normal(batch.first, options.count, shape_.channels * pixels), device_)
                                  .view({options.count, shape_.channels, shape_.height, shape_.width})
                                  .div_(std::sqrt(static_cast<double>(pixels)));
  const torch::Tensor lengths = path_lengths(fakes.images, fakes.mixed, noise);
  const torch::Tensor mean = mean_ + config_.pl_decay * (lengths.mean() - mean_);
  const torch::Tensor penalty = (lengths - mean).square();
  lengths_[batch.piece] = lengths.detach().mean();
  stats.add("Loss/pl_penalty", penalty);
  return penalty.mean() * config_.pl_weight;
}

void PathLength::end_step() {
  double sum = 0.0;
  int64_t count = 0;
  for (const torch::Tensor& length : lengths_)
    if (length.defined()) sum += length.item<double>(), ++count;
  if (count > 0 && std::isfinite(sum)) mean_ += config_.pl_decay * (sum / count - mean_);
  lengths_.clear();
}

}  // namespace centigan
