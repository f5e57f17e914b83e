#include <torch/csrc/autograd/autograd.h>

#include "stylegan2_support.h"

namespace centigan {
namespace {

void expect_gradient_norms(const torch::nn::Module& network,
                           const std::vector<std::pair<std::string, double>>& golden) {
  const auto parameters = network.named_parameters();
  for (const auto& [name, norm] : golden) {
    EXPECT_NEAR(parameters[name].grad().norm().item<double>(), norm, 1e-4 * norm) << name;
  }
}

at::Tensor known_fakes() {
  const torch::NoGradGuard no_grad;
  return filled_generator()->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
}

TEST(StyleGan2Gradients, GeneratorLoss) {
  const auto g = filled_generator();
  const auto d = filled_discriminator();
  const at::Tensor fakes = g->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
  const at::Tensor loss = at::softplus(-d->forward(fakes, {})).mean();
  EXPECT_NEAR(loss.item<double>(), 0.8345669, 8e-5);
  loss.backward();
  expect_gradient_norms(*g, {{"mapping.fc0.weight", 2.141844e-3},
                             {"mapping.fc1.bias", 2.284162e-3},
                             {"synthesis.b4.const", 1.447610e-1},
                             {"synthesis.b4.conv1.weight", 1.484896e-1},
                             {"synthesis.b4.conv1.affine.weight", 7.767940e-2},
                             {"synthesis.b8.conv0.weight", 1.385358e-1},
                             {"synthesis.b8.conv0.noise_strength", 7.614577e-2},
                             {"synthesis.b32.conv1.bias", 1.346084e-1},
                             {"synthesis.b32.torgb.weight", 5.834515e-2}});
}

TEST(StyleGan2Gradients, PathLength) {
  const auto g = filled_generator();
  const at::Tensor ws = g->mapping(known_z().narrow(0, 0, 2), {});
  const at::Tensor image = g->synthesis(ws, with_noise(NoiseMode::kConst));
  const at::Tensor noise = filler("pl_noise", {2, 3, 32, 32}) / 32;
  const at::Tensor slope = torch::autograd::grad({(image * noise).sum()}, {ws}, {}, true, true)[0];
  const at::Tensor lengths = slope.square().sum(2).mean(1).sqrt();
  expect_values(lengths, {2.3251247, 1.1571310}, 1e-4);
  const at::Tensor average = lengths.mean() * 0.01;
  EXPECT_NEAR(average.item<double>(), 0.0174113, 1e-6);
  const at::Tensor penalty = (lengths - average).square();
  expect_values(penalty, {5.3255415, 1.2989610}, 5e-4);
  const at::Tensor loss = penalty.mean() * 2 * 4;
  EXPECT_NEAR(loss.item<double>(), 26.4980106, 26.5e-4);
  loss.backward();
  for (const auto& item : g->named_parameters()) {
    EXPECT_TRUE(!item.value().grad().defined() || item.value().grad().isfinite().all().item<bool>()) << item.key();
  }
  EXPECT_GT(g->named_parameters()["synthesis.b8.conv0.weight"].grad().norm().item<double>(), 0);
}

TEST(StyleGan2Gradients, DiscriminatorLoss) {
  const auto d = filled_discriminator();
  const at::Tensor fake = at::softplus(d->forward(known_fakes(), {})).mean();
  const at::Tensor real = at::softplus(-d->forward(known_reals(4), {})).mean();
  EXPECT_NEAR(fake.item<double>(), 0.5936887, 6e-5);
  EXPECT_NEAR(real.item<double>(), 0.5969948, 6e-5);
  (fake + real).backward();
  expect_gradient_norms(*d, {{"b32.fromrgb.weight", 2.434123e-1},
                             {"b32.conv0.weight", 1.180672e-1},
                             {"b32.conv1.weight", 1.450546e-1},
                             {"b32.skip.weight", 1.531240e-1},
                             {"b8.conv1.bias", 1.961675e-1},
                             {"b4.conv.weight", 2.132497e-1},
                             {"b4.fc.weight", 2.135649e-1},
                             {"b4.out.weight", 2.346472e-1}});
}

TEST(StyleGan2Gradients, R1Penalty) {
  const auto d = filled_discriminator();
  const at::Tensor reals = known_reals(4).requires_grad_();
  const at::Tensor slope = torch::autograd::grad({d->forward(reals, {}, true).sum()}, {reals}, {}, true, true)[0];
  const at::Tensor penalty = slope.square().sum({1, 2, 3});
  expect_values(penalty, {2.299664e-3, 2.770338e-3, 3.086498e-3, 2.573777e-3}, 3e-7);
  const at::Tensor loss = penalty.mean() * (10.0 / 2 * 16);
  EXPECT_NEAR(loss.item<double>(), 0.2146055, 2.2e-5);
  loss.backward();
  EXPECT_GT(d->named_parameters()["b32.conv0.weight"].grad().norm().item<double>(), 0);
}

}  // namespace
}  // namespace centigan
