#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/library.h>

#include <optional>

#include "centigan/diffaug/ops.h"
#include "centigan/diffaug/policy.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

std::vector<PolicyStep> checked_policy(const std::string& text) {
  PolicyText policy = read_policy(text);
  TORCH_CHECK(policy.error.empty(), "diffaug: policy '", text, "': ", policy.error, "; ", policy.hint);
  return std::move(policy.steps);
}

int64_t columns_of_steps(const std::vector<PolicyStep>& steps) {
  int64_t columns = 0;
  for (const PolicyStep& step : steps) columns += policy_draws(step);
  return columns;
}

int64_t count_gates(const std::vector<PolicyStep>& steps) {
  int64_t gates = 0;
  for (const PolicyStep& step : steps) gates += step.gated;
  return gates;
}

Tensor run_step(const PolicyStep& step, const Tensor& x, const Tensor& u) {
  if (step.op == "brightness") return brightness(x, u);
  if (step.op == "saturation") return saturation(x, u);
  if (step.op == "contrast") return contrast(x, u);
  return step.op == "translation" ? translation(x, u, step.ratio) : cutout(x, u, step.ratio);
}

// `acts` [N,1], or undefined where every picture takes the step.
Tensor run_gated(const PolicyStep& step, const Tensor& x, const Tensor& u, const Tensor& acts) {
  const Tensor changed = run_step(step, x, u);
  return acts.defined() ? at::where(acts.unsqueeze(2).unsqueeze(3), changed, x) : changed;
}

// p: one probability a step, or undefined for those of the policy.
Tensor run_policy(const std::vector<PolicyStep>& steps, const Tensor& x, const Tensor& u, const Tensor& p) {
  if (steps.empty()) return x.clone();
  Tensor y = x;
  int64_t column = 0, gate = columns_of_steps(steps), index = 0;
  for (const PolicyStep& step : steps) {
    Tensor acts;
    if (p.defined())
      acts = u.narrow(1, gate++, 1).lt(p.select(0, index++));
    else if (step.gated)
      acts = u.narrow(1, gate++, 1).lt(step.p);
    y = run_gated(step, y, u.narrow(1, column, policy_draws(step)), acts);
    column += policy_draws(step);
  }
  return y;
}

Tensor diffaug_composite(const Tensor& x, const Tensor& u, std::string_view policy) {
  const std::vector<PolicyStep> steps = checked_policy(std::string(policy));
  check_pictures("diffaug", x, u, columns_of_steps(steps) + count_gates(steps));
  return run_policy(steps, x, u, Tensor());
}

Tensor diffaug_p_composite(const Tensor& x, const Tensor& u, std::string_view policy, const Tensor& p) {
  const std::vector<PolicyStep> steps = checked_policy(std::string(policy));
  const int64_t count = static_cast<int64_t>(steps.size());
  TORCH_CHECK(count_gates(steps) == 0, "diffaug: policy '", policy, "' has p= of its own, and p is given as well");
  check_pictures("diffaug", x, u, columns_of_steps(steps) + count);
  TORCH_CHECK(p.dim() == 0 || (p.dim() == 1 && p.sym_size(0) == count), "diffaug: p must be [] or [", count, "], got ",
              p.sym_sizes());
  TORCH_CHECK(p.device() == x.device(), "diffaug: p is on ", p.device(), ", x on ", x.device());
  return run_policy(steps, x, u, p.detach().expand({count}));
}

int64_t diffaug_draws_of(std::string_view policy) {
  const std::vector<PolicyStep> steps = checked_policy(std::string(policy));
  return columns_of_steps(steps) + count_gates(steps);
}

TORCH_LIBRARY_FRAGMENT(centigan, m) {
  m.def("diffaug(Tensor x, Tensor u, str policy) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("diffaug.p(Tensor x, Tensor u, str policy, Tensor p) -> Tensor", {at::Tag::pt2_compliant_tag});
  m.def("diffaug_draws(str policy) -> int", diffaug_draws_of);
  m.impl("diffaug", c10::DispatchKey::CompositeImplicitAutograd, diffaug_composite);
  m.impl("diffaug.p", c10::DispatchKey::CompositeImplicitAutograd, diffaug_p_composite);
}

}  // namespace

Tensor diffaug(const Tensor& x, const Tensor& u, const std::string& policy) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::diffaug", "").typed<decltype(diffaug_composite)>();
  return op.call(x, u, policy);
}

Tensor diffaug(const Tensor& x, const Tensor& u, const std::string& policy, const Tensor& p) {
  static const auto op =
      c10::Dispatcher::singleton().findSchemaOrThrow("centigan::diffaug", "p").typed<decltype(diffaug_p_composite)>();
  return op.call(x, u, policy, p);
}

int64_t diffaug_draws(const std::string& policy) {
  return diffaug_draws_of(policy);
}

}  // namespace centigan
