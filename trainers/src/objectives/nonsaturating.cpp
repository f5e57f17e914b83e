// Non-saturating logistic loss (Goodfellow et al., 2014), as StyleGAN2 uses it.
#include <ATen/ATen.h>

#include "gan.h"

namespace centigan {
namespace {

torch::Tensor nonsaturating_g(const torch::Tensor& fake, const torch::Tensor& /*real*/) {
  return at::softplus(-fake).mean();
}

torch::Tensor nonsaturating_d(const torch::Tensor& fake, const torch::Tensor& real) {
  return at::softplus(fake).mean() + at::softplus(-real).mean();
}

}  // namespace

std::unique_ptr<Objective> make_nonsaturating(const ObjectiveContext& context) {
  return make_gan(context, {nonsaturating_g, nonsaturating_d});
}

}  // namespace centigan
