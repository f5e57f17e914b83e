#include "centigan/diffaug/augmentation.h"

#include "centigan/core/error.h"
#include "centigan/diffaug/ops.h"

namespace centigan {
namespace {

class DiffAugment final : public Augmentation {
 public:
  explicit DiffAugment(const std::string& policy) : text_(policy), draws_(diffaug_draws(policy)) {}
  int64_t draws() const override { return draws_; }
  torch::Tensor apply(const torch::Tensor& x, const torch::Tensor& u) const override { return diffaug(x, u, text_); }
  std::string text() const override { return text_; }

 private:
  std::string text_;
  int64_t draws_;
};

}  // namespace

std::vector<PolicyStep> parse_policy(const std::string& policy) {
  const PolicyText read = read_policy(policy);
  if (!read.error.empty()) fail_usage("diffaug", "policy '" + escaped(policy) + "'", escaped(read.error), read.hint);
  return read.steps;
}

std::unique_ptr<Augmentation> make_augmentation(const std::string& policy) {
  parse_policy(policy);
  return std::make_unique<DiffAugment>(policy);
}

}  // namespace centigan
