#include "centigan/diffaug/controller.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "centigan/core/error.h"

namespace centigan {
namespace {

int sign_of(double value) {
  return (value > 0.0) - (value < 0.0);
}

}  // namespace

AugmentController::AugmentController(const AdaptConfig& config, int64_t steps, torch::Device device)
    : config_(config),
      steps_(steps),
      device_(device),
      values_(config.mode == "step" ? steps : 1, config.start),
      sign_(std::nan("")),
      sums_(at::zeros({2, 1 + steps}, at::device(device).dtype(at::kLong))) {
  publish();
}

void AugmentController::publish() {
  at::Tensor p = at::empty({steps_}, at::kFloat);
  for (int64_t i = 0; i < steps_; ++i) p.data_ptr<float>()[i] = static_cast<float>(values_[values_.size() > 1 ? i : 0]);
  p_ = p.to(device_);
}

// Scores that are not a number count as 0, like a score of 0.
void AugmentController::observe(const torch::Tensor& logits, const torch::Tensor& acted) {
  const at::NoGradGuard no_grad;
  const at::Tensor scores = logits.detach().reshape({logits.size(0), -1});
  const at::Tensor signs = (scores.gt(0).to(at::kLong) - scores.lt(0).to(at::kLong)).sum(1, /*keepdim=*/true);
  at::Tensor mask = at::ones({logits.size(0), 1}, signs.options());
  if (needs_acted()) mask = at::cat({mask, acted.to(at::kLong)}, 1);
  const at::Tensor sums = at::stack({(signs * mask).sum(0), mask.sum(0) * scores.size(1)});
  const std::lock_guard<std::mutex> lock(mutex_);
  sums_.narrow(1, 0, mask.size(1)).add_(sums);
}

void AugmentController::end_step(int64_t step, int64_t batch, const Comm& comm) {
  if ((step + 1) % config_.interval == 0) update(batch, comm);
}

void AugmentController::update(int64_t batch, const Comm& comm) {
  comm.sum(sums_);
  const at::Tensor sums = sums_.to(at::kCPU, at::kLong, /*non_blocking=*/false, /*copy=*/true);
  const auto rows = sums.accessor<int64_t, 2>();
  sums_.zero_();
  if (rows[1][0] == 0) return;
  const double move = static_cast<double>(batch * config_.interval) / (1000.0 * config_.kimg);
  for (size_t i = 0; i < values_.size(); ++i) {
    const int64_t own = needs_acted() && rows[1][i + 1] > 0 ? static_cast<int64_t>(i) + 1 : 0;
    const double r = static_cast<double>(rows[0][own]) / static_cast<double>(rows[1][own]);
    values_[i] = std::clamp(values_[i] + sign_of(r - config_.target) * move, 0.0, config_.ceiling);
  }
  sign_ = static_cast<double>(rows[0][0]) / static_cast<double>(rows[1][0]);
  publish();
}

void AugmentController::save(const std::string& prefix, Snapshot& snapshot) const {
  snapshot.tensors[prefix + "p"] = at::tensor(values_, at::kDouble);
  snapshot.tensors[prefix + "sums"] = sums_.to(at::kCPU, at::kLong, /*non_blocking=*/false, /*copy=*/true);
  snapshot.put(prefix + "sign", sign_);
}

void AugmentController::load(const std::string& prefix, const Snapshot& snapshot, const std::string& source) {
  const at::Tensor &p = snapshot.tensor(prefix + "p"), &sums = snapshot.tensor(prefix + "sums");
  if (p.sizes() != at::IntArrayRef{static_cast<int64_t>(values_.size())} || p.scalar_type() != at::kDouble ||
      sums.sizes() != sums_.sizes() || sums.scalar_type() != at::kLong)
    fail("diffaug", source, prefix + "p and " + prefix + "sums are not those of " + std::to_string(steps_) + " steps",
         "resume with the policy and the mode the run was begun with");
  const auto values = p.accessor<double, 1>();
  for (size_t i = 0; i < values_.size(); ++i) values_[i] = values[i];
  sums_.copy_(sums);
  sign_ = snapshot.number(prefix + "sign");
  publish();
}

}  // namespace centigan
