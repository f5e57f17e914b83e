#include "lecam.h"

#include <ATen/ATen.h>

#include <cmath>

namespace centigan {

torch::Tensor lecam_penalty(const torch::Tensor& real, const torch::Tensor& fake, const torch::Tensor& real_mean,
                            const torch::Tensor& fake_mean, bool onesided) {
  const torch::Tensor above = real - fake_mean, below = real_mean - fake;
  if (onesided) return above.relu().square().mean() + below.relu().square().mean();
  return above.square().mean() + below.square().mean();
}

LeCam::LeCam(const MethodConfig& config, torch::Device device)
    : config_(config), means_(at::full({2}, std::nan(""), at::device(device).dtype(at::kDouble))) {}

void LeCam::begin_step(const StepInfo& info) {
  pieces_.assign(info.parts(), {});
}

torch::Tensor LeCam::term(int64_t piece, const torch::Tensor& real, const torch::Tensor& fake, Stats& stats) {
  if (!on()) return {};
  pieces_[piece] = at::stack({real.detach().to(at::kDouble).mean(), fake.detach().to(at::kDouble).mean()});
  if (steps_ == 0) stats.add("Loss/lecam/loss", at::zeros({}, means_.options()));
  if (steps_ == 0) return {};
  const torch::Tensor means = means_.to(real.scalar_type());
  const torch::Tensor penalty = lecam_penalty(real, fake, means[0], means[1], config_.lecam_onesided);
  stats.add("Loss/lecam/loss", penalty);
  return steps_ < config_.lecam_warmup ? torch::Tensor() : config_.lecam * penalty;
}

// A batch whose scores are not finite leaves the means alone, as the optimizer leaves the weights.
void LeCam::end_update() {
  std::vector<torch::Tensor> seen;
  for (const torch::Tensor& piece : pieces_)
    if (piece.defined()) seen.push_back(piece);
  pieces_.assign(pieces_.size(), {});
  if (seen.empty()) return;
  const torch::Tensor batch = at::stack(seen).mean(0);
  const torch::Tensor moved = config_.lecam_decay * means_ + (1.0 - config_.lecam_decay) * batch;
  means_ = at::where(at::isfinite(batch), at::where(at::isfinite(means_), moved, batch), means_);
  ++steps_;
}

void LeCam::report(std::map<std::string, double>& values) const {
  if (!on()) return;
  values["Loss/lecam/real"] = means_[0].item<double>();
  values["Loss/lecam/fake"] = means_[1].item<double>();
}

void LeCam::save(Snapshot& snapshot) const {
  if (!on()) return;
  snapshot.tensors["objective/lecam/means"] = means_.to(at::kCPU, at::kDouble, /*non_blocking=*/false, /*copy=*/true);
  snapshot.put("objective/lecam/steps", steps_);
}

void LeCam::load(const Snapshot& snapshot) {
  if (!on()) return;
  means_.copy_(snapshot.tensor("objective/lecam/means"));
  steps_ = snapshot.integer("objective/lecam/steps");
}

}  // namespace centigan
