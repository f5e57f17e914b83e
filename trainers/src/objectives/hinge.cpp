// Hinge loss (Lim and Ye, 2017; Miyato et al., 2018), as BigGAN uses it.
#include <ATen/ATen.h>

#include "gan.h"

namespace centigan {
namespace {

torch::Tensor hinge_g(const torch::Tensor& fake, const torch::Tensor& /*real*/) {
  return -fake.mean();
}

torch::Tensor hinge_d(const torch::Tensor& fake, const torch::Tensor& real) {
  return (1.0 + fake).relu().mean() + (1.0 - real).relu().mean();
}

}  // namespace

std::unique_ptr<Objective> make_hinge(const ObjectiveContext& context) {
  return make_gan(context, {hinge_g, hinge_d, /*paired=*/false, /*d_first=*/true});
}

}  // namespace centigan
