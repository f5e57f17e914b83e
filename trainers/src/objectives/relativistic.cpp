// Relativistic pairing loss (Jolicoeur-Martineau, 2018) with R1 and R2, as in R3GAN (Huang et al., 2024). Experimental.
#include <ATen/ATen.h>

#include "gan.h"

namespace centigan {
namespace {

torch::Tensor relativistic_g(const torch::Tensor& fake, const torch::Tensor& real) {
  return at::softplus(real - fake).mean();
}

torch::Tensor relativistic_d(const torch::Tensor& fake, const torch::Tensor& real) {
  return at::softplus(fake - real).mean();
}

}  // namespace

std::unique_ptr<Objective> make_relativistic(const ObjectiveContext& context) {
  return make_gan(context, {relativistic_g, relativistic_d, /*paired=*/true});
}

}  // namespace centigan
