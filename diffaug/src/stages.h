// A stretch of a policy that one operator runs.
#pragma once
#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "centigan/diffaug/augmentation.h"
#include "policy_items.h"

namespace centigan {

struct StageInput {
  torch::Tensor x;
  torch::Tensor u;      // [N, values + gates(with_p)]: this stage's columns only
  torch::Tensor p;      // [steps of the stage], or undefined: the written ones hold
  torch::Tensor noise;  // like x, or undefined
};

struct StageResult {
  torch::Tensor images, parameters;  // [N,C,H,W], [N,m]
};

struct Stage {
  std::vector<AugmentStep> steps;
  std::vector<std::vector<std::string>> parameters;  // of each step: what follows its name; one: only its name
  int64_t values = 0;                                // columns for the values of its steps
  int64_t inner_gates = 0;                           // gate columns an operator has whatever the probabilities (ADA)
  bool takes_noise = false;
  std::function<torch::Tensor(const StageInput&)> images = nullptr;
  std::function<StageResult(const StageInput&)> with_parameters = nullptr;
  // bool [N,steps] from gates [N,gates] and p; null: one gate a step.
  std::function<torch::Tensor(const torch::Tensor& gates, const torch::Tensor& p)> acted = nullptr;

  int64_t gates(bool with_p) const;
  std::vector<std::string> parameter_names() const;
};

// Consecutive words of ours become one stage. Foreign operators are looked up: usage error for those that are missing
// or are no step.
std::vector<Stage> make_stages(const std::string& policy, const std::vector<PolicyItem>& items);

Stage ada_stage(const PolicyItem& item);

// bool [N,steps] of one stage, from its gate columns [N,gates].
torch::Tensor acted_of(const Stage& stage, const torch::Tensor& gates, const torch::Tensor& p);

}  // namespace centigan
