// A policy text as the fused operators use it.
#pragma once
#include <ATen/core/Tensor.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "centigan/diffaug/policy.h"
#include "fused/plan.h"

#pragma GCC visibility push(default)

namespace centigan {

struct FusedPolicy {
  std::vector<PolicyStep> steps;  // as written
  int64_t draw_columns = 0;       // columns of u without those of the gates
  int64_t gates = 0;              // steps with p= of their own
};

// Which map: of the whole policy, of its linear part, or of the adjoint of that.
enum class FusedMap { kValue, kLinear, kAdjoint };

// The policy behind a text; a c10::Error where it has a mistake. Texts are read once and remembered; any thread.
std::shared_ptr<const FusedPolicy> fused_policy(std::string_view text);

// What plan.h wants, for pictures of h x w. all_gated: probabilities come with the call, so every step has a gate.
std::vector<FusedStep> fused_steps(const FusedPolicy& policy, bool all_gated, int64_t h, int64_t w);

// "word:ratio=…", which reads back as exactly this ratio.
std::string step_text(const char* word, double ratio);

// The arguments that all fused operators share; `op` stands in front of the sentence. Works on symbolic sizes.
void check_fused(const char* op, const FusedPolicy& policy, std::string_view text, const at::Tensor& x,
                 const at::Tensor& u, const std::optional<at::Tensor>& p);

}  // namespace centigan

#pragma GCC visibility pop
