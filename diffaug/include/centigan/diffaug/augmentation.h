// What stands between pictures and the discriminator.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "centigan/diffaug/policy.h"

namespace centigan {

class Augmentation {
 public:
  virtual ~Augmentation() = default;
  // Columns of uniform draws a picture takes.
  virtual int64_t draws() const = 0;
  // x [N,C,H,W] float, u [N,draws()] uniform in [0,1) on x's device -> augmented x; differentiable twice in x.
  virtual torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& u) const = 0;
  virtual std::string text() const = 0;  // the policy that made it
};

// Parses "color,translation:ratio=0.2,cutout:p=0.5" ("color" is brightness, saturation, contrast). Unknown words and
// options: usage error with the nearest known one. Empty: no steps.
std::vector<PolicyStep> parse_policy(const std::string& policy);

// DiffAugment (Zhao et al., 2020) as an Augmentation; the empty policy copies.
std::unique_ptr<Augmentation> make_augmentation(const std::string& policy);

}  // namespace centigan
