#include "fused/fused_ref.h"

#include <ATen/ATen.h>

#include "common/reference.h"

namespace centigan {
namespace {

using at::Tensor;

// A step with its own draws and, undefined where every picture takes it, whether it acts [N].
struct StepOfCall {
  const PolicyStep* step;
  Tensor u, acts;
};

std::vector<StepOfCall> steps_of_call(const Tensor& u, const FusedPolicy& policy, const std::optional<Tensor>& p) {
  const Tensor clean = at::where(u.isnan(), at::zeros({}, u.options()), u).to(at::kDouble);
  const int64_t count = static_cast<int64_t>(policy.steps.size());
  const Tensor limits = p ? p->detach().to(at::kFloat).to(at::kDouble).expand({count}) : Tensor();
  int64_t column = 0, gate = policy.draw_columns, index = 0;
  std::vector<StepOfCall> steps;
  for (const PolicyStep& step : policy.steps) {
    steps.push_back({&step, clean.narrow(1, column, policy_draws(step)), Tensor()});
    column += policy_draws(step);
    if (!p && !step.gated) continue;
    const Tensor limit = p ? limits.select(0, index++) : at::full({}, static_cast<float>(step.p), clean.options());
    steps.back().acts = clean.select(1, gate++).lt(limit).logical_or(limit.ge(1));
  }
  return steps;
}

Tensor run_step(const StepOfCall& call, const Tensor& x, FusedMap map) {
  const PolicyStep& step = *call.step;
  if (step.op == "brightness") return map == FusedMap::kValue ? brightness_ref(x, call.u) : x;
  if (step.op == "saturation") return saturation_ref(x, call.u);
  if (step.op == "contrast") return contrast_ref(x, call.u);
  if (step.op == "cutout") return cutout_ref(x, call.u, step.ratio);
  return map == FusedMap::kAdjoint ? translation_backward_ref(x, call.u, step.ratio)
                                   : translation_ref(x, call.u, step.ratio);
}

// floor(u * counts) in 0 ... counts - 1.
Tensor drawn_below(const Tensor& u, int64_t counts) {
  return (u * static_cast<double>(counts)).floor().clamp(0, static_cast<double>(counts - 1));
}

Tensor moved_by(const StepOfCall& call, int64_t axis, int64_t size) {
  const Tensor u = call.u.select(1, axis);
  const int64_t part = part_of_size(size, call.step->ratio);
  if (call.step->op == "translation") return drawn_below(u, 2 * part + 1) - part;
  return drawn_below(u, size + 1 - part % 2);
}

// The values of one step, [N,1] or [N,2].
Tensor values_of(const StepOfCall& call, int64_t h, int64_t w) {
  const std::string& op = call.step->op;
  if (op == "brightness") return call.u - 0.5;
  if (op == "saturation") return call.u * 2;
  if (op == "contrast") return call.u + 0.5;
  return at::stack({moved_by(call, 0, h), moved_by(call, 1, w)}, 1);
}

}  // namespace

Tensor fused_ref(const Tensor& x, const Tensor& u, const FusedPolicy& policy, const std::optional<Tensor>& p,
                 FusedMap map) {
  std::vector<StepOfCall> steps = steps_of_call(u, policy, p);
  if (map == FusedMap::kAdjoint) std::reverse(steps.begin(), steps.end());
  const at::ScalarType wide = x.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
  Tensor y = x.to(wide);
  for (const StepOfCall& call : steps) {
    const Tensor changed = run_step(call, y, map);
    y = call.acts.defined() ? at::where(call.acts.view({-1, 1, 1, 1}), changed, y) : changed;
  }
  return at::empty_like(x, x.options(), x.suggest_memory_format()).copy_(y);
}

Tensor fused_parameters_ref(const Tensor& u, const FusedPolicy& policy, const std::optional<Tensor>& p, int64_t h,
                            int64_t w) {
  std::vector<Tensor> values, acted;
  for (const StepOfCall& call : steps_of_call(u, policy, p)) {
    const Tensor acts = call.acts.defined() ? call.acts : at::ones({u.size(0)}, u.options().dtype(at::kBool));
    const Tensor value = values_of(call, h, w);
    const bool factor = call.step->op == "saturation" || call.step->op == "contrast";
    const Tensor identity = at::full({}, factor ? 1.0 : 0.0, value.options());
    values.push_back(call.step->op == "cutout" ? value : at::where(acts.unsqueeze(1), value, identity));
    acted.push_back(acts.unsqueeze(1));
  }
  if (values.empty()) return at::empty({u.size(0), 0}, u.options().dtype(at::kFloat));
  return at::cat({at::cat(values, 1).to(at::kFloat), at::cat(acted, 1).to(at::kFloat)}, 1);
}

}  // namespace centigan
