// The text of an augmentation policy.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#pragma GCC visibility push(default)

namespace centigan {

// One step as written: word and options. "color" stands for brightness, saturation and contrast.
struct PolicyStep {
  std::string op;      // brightness, saturation, contrast, translation, cutout
  double ratio = 0.0;  // translation, cutout; [0,1]
  bool gated = false;  // p is written: the step takes a column for its gate, and acts where that draw is below p
  double p = 1.0;      // probability that the step acts on a picture; [0,1]
};

// Steps in written order, or `error` and `hint` and no steps.
struct PolicyText {
  std::vector<PolicyStep> steps;
  std::string error, hint;
};

// Reads "color,translation:ratio=0.2,cutout:ratio=0.5:p=0.8"; empty: no steps. Throws nothing of its own.
PolicyText read_policy(const std::string& text);

// Columns of u that a step takes without its gate.
int64_t policy_draws(const PolicyStep& step);

}  // namespace centigan

#pragma GCC visibility pop
