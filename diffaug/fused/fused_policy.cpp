#include "fused/fused_policy.h"

#include <ATen/ATen.h>

#include <charconv>
#include <map>
#include <mutex>

#include "common/pictures.h"

namespace centigan {
namespace {

constexpr size_t kRemembered = 256;  // a probability that is part of the text may change every step

std::shared_ptr<const FusedPolicy> read_fused_policy(std::string_view text) {
  PolicyText read = read_policy(std::string(text));
  TORCH_CHECK(read.error.empty(), "diffaug: policy '", text, "': ", read.error, "; ", read.hint);
  auto policy = std::make_shared<FusedPolicy>();
  policy->steps = std::move(read.steps);
  for (const PolicyStep& step : policy->steps) policy->draw_columns += policy_draws(step), policy->gates += step.gated;
  return policy;
}

StepKind kind_of(const PolicyStep& step) {
  if (step.op == "brightness") return StepKind::kBrightness;
  if (step.op == "saturation") return StepKind::kSaturation;
  if (step.op == "contrast") return StepKind::kContrast;
  return step.op == "translation" ? StepKind::kTranslation : StepKind::kCutout;
}

}  // namespace

std::shared_ptr<const FusedPolicy> fused_policy(std::string_view text) {
  static std::mutex mutex;
  static std::map<std::string, std::shared_ptr<const FusedPolicy>, std::less<>> remembered;
  const std::lock_guard<std::mutex> lock(mutex);
  const auto known = remembered.find(text);
  if (known != remembered.end()) return known->second;
  if (remembered.size() >= kRemembered) remembered.clear();
  return remembered.emplace(std::string(text), read_fused_policy(text)).first->second;
}

std::vector<FusedStep> fused_steps(const FusedPolicy& policy, bool all_gated, int64_t h, int64_t w) {
  std::vector<FusedStep> steps;
  steps.reserve(policy.steps.size());
  int32_t column = 0, gate = static_cast<int32_t>(policy.draw_columns);
  for (const PolicyStep& step : policy.steps) {
    const StepKind kind = kind_of(step);
    steps.push_back({kind, column, all_gated || step.gated ? gate++ : -1, static_cast<float>(step.p),
                     part_of_size(h, step.ratio), part_of_size(w, step.ratio)});
    column += moves(kind) ? 2 : 1;
  }
  return steps;
}

std::string step_text(const char* word, double ratio) {
  char digits[32];
  char* const end = std::to_chars(digits, digits + sizeof(digits), ratio).ptr;
  return std::string(word) + ":ratio=" + std::string(digits, static_cast<size_t>(end - digits));
}

void check_fused(const char* op, const FusedPolicy& policy, std::string_view text, const at::Tensor& x,
                 const at::Tensor& u, const std::optional<at::Tensor>& p) {
  const int64_t count = static_cast<int64_t>(policy.steps.size());
  if (!p) return check_pictures(op, x, u, policy.draw_columns + policy.gates);
  TORCH_CHECK(policy.gates == 0, op, ": policy '", text, "' has p= of its own, and p is given as well");
  check_pictures(op, x, u, policy.draw_columns + count);
  TORCH_CHECK(p->dim() == 0 || (p->dim() == 1 && p->sym_size(0) == count), op, ": p must be [] or [", count, "], got ",
              p->sym_sizes());
  TORCH_CHECK(p->is_floating_point(), op, ": p must be floating point, got ", p->scalar_type());
  TORCH_CHECK(p->device() == x.device(), op, ": p is on ", p->device(), ", x on ", x.device());
}

}  // namespace centigan
