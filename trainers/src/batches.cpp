#include "batches.h"

#include <ATen/ATen.h>

#include "centigan/core/device.h"

namespace centigan {

Batches::Batches(const TrainConfig& config, const Dataset* data, torch::Device device)
    : config_(config), device_(device) {
  if (data) sampler_ = std::make_unique<Sampler>(*data, config.trainer.seed, config.data.mirror, config.data.balance);
}

Batch Batches::make(const StepInfo& info, int64_t part) const {
  Batch batch;
  batch.piece = part;
  batch.size = info.batch / info.parts();
  batch.first = info.images + info.shift + part * batch.size;
  if (!sampler_) return batch;
  batch.reals = on_device(sampler_->images(batch.first, batch.size), device_);
  const int64_t classes = config_.model.classes;
  if (classes > 0)
    batch.labels = on_device(at::one_hot(sampler_->labels(batch.first, batch.size), classes).to(at::kFloat), device_);
  return batch;
}

std::vector<Batch> Batches::make(const StepInfo& info) const {
  std::vector<Batch> batches;
  for (int64_t part = 0; part < info.parts(); ++part) batches.push_back(make(info, part));
  return batches;
}

std::vector<Batch> Batches::take(const StepInfo& info) {
  const bool ready = next_info_.step == info.step && next_info_.pieces == info.pieces && next_info_.shift == info.shift;
  std::vector<Batch> batches = ready && !next_.empty() ? std::move(next_) : make(info);
  next_.clear();
  return batches;
}

void Batches::look_ahead(const StepInfo& next) {
  if (device_.is_cpu() || !next_.empty()) return;
  next_info_ = next;
  next_ = make(next);
}

}  // namespace centigan
