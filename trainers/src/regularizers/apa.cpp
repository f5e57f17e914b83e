#include "apa.h"

#include <ATen/ATen.h>

namespace centigan {
namespace {

AdaptConfig apa_control(const MethodConfig& config) {
  AdaptConfig control;
  control.mode = "policy";
  control.target = config.apa_target, control.kimg = config.apa_kimg, control.ceiling = config.apa;
  return control;
}

}  // namespace

Apa::Apa(const ObjectiveContext& context) : pass_(context, "apa", 3), gate_(context.config.trainer.seed, "apa/gates") {
  const MethodConfig& config = context.config.loss;
  if (config.apa > 0.0) controller_ = std::make_unique<AugmentController>(apa_control(config), 1, context.device);
}

torch::Tensor Apa::reals(const Batch& batch, const StepInfo& info) const {
  if (!on() || controller_->probabilities()[0] <= 0.0) return batch.reals;
  PassOptions options;
  options.rows = gate_.uniform(batch.first, batch.size, 1).lt(controller_->probabilities()[0]).flatten().nonzero();
  options.rows = options.rows.flatten();
  if (options.rows.numel() == 0) return batch.reals;
  const torch::Tensor fakes = pass_.images(batch, info, options);
  return batch.reals.index_copy(0, options.rows.to(batch.reals.device()), fakes);
}

void Apa::observe(const torch::Tensor& logits) {
  if (on()) controller_->observe(logits);
}

void Apa::end_step(const StepInfo& info) {
  if (on()) controller_->end_step(info.step, info.batch);
}

void Apa::report(std::map<std::string, double>& values) const {
  if (on()) values["Apa/p"] = controller_->probabilities()[0];
}

void Apa::save(Snapshot& snapshot) const {
  if (on()) controller_->save("objective/apa/", snapshot);
}

void Apa::load(const Snapshot& snapshot, const std::string& source) {
  if (on()) controller_->load("objective/apa/", snapshot, source);
}

}  // namespace centigan
