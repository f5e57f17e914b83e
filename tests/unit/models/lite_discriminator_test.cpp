#include <gtest/gtest.h>

#include "centigan/core/error.h"
#include "lite_support.h"

namespace centigan {
namespace {

using namespace lite_test;

TEST(LiteDiscriminator, LogitsOfWholeGroups) {
  const auto discriminator = make_lite_discriminator(tiny_config(), 1);
  const auto logits = discriminator->forward(normal("x", {8, 3, 16, 16}), {});
  EXPECT_EQ(logits.sizes(), (std::vector<int64_t>{8, 1}));
  EXPECT_EQ(logits.scalar_type(), at::kFloat);
  EXPECT_THROW(discriminator->forward(normal("x", {6, 3, 16, 16}), {}), Error);
  EXPECT_EQ(discriminator->forward(normal("x", {3, 3, 16, 16}), {}).size(0), 3);
}

// Picture n belongs to group n mod (N / group): twins in one group change its deviation and no other group's logits.
TEST(LiteDiscriminator, GroupsAreInterleaved) {
  const auto discriminator = make_lite_discriminator(tiny_config(), 1);
  auto images = normal("x", {8, 3, 16, 16});
  const auto before = discriminator->forward(images, {}, true);
  images = images.clone();
  images[2] = images[0];
  const auto moved = (discriminator->forward(images, {}, true) - before).abs().flatten() > 1e-6;
  EXPECT_TRUE(moved[0].item<bool>() && moved[4].item<bool>() && moved[6].item<bool>());
  for (int64_t n : {1, 3, 5, 7}) EXPECT_FALSE(moved[n].item<bool>()) << n;
}

// Each class adds its own row of the embedding, times the features, to the logit without classes.
TEST(LiteDiscriminator, ProjectsTheClass) {
  LiteDiscriminator discriminator(with_classes(tiny_config()), 1), plain(tiny_config(), 1);
  const auto images = normal("x", {4, 3, 16, 16}),
             features = discriminator.features(discriminator.maps(images, true, {}), true);
  const auto rows =
      discriminator.named_parameters()["embed.weight"].index_select(0, at::tensor({2, 0, 1, 2}, at::kLong));
  const auto expected = plain.forward(images, {}, true) + (features * rows).sum(1, true) / std::sqrt(12.0);
  EXPECT_TRUE(at::allclose(discriminator.forward(images, one_hot({2, 0, 1, 2}), true), expected, 1e-5, 1e-5));
  EXPECT_THROW(discriminator.forward(images, {}, true), Error);
}

TEST(LiteDiscriminator, FusedAndBf16StayNearExact) {
  auto config = tiny_config(32);
  const auto exact = make_lite_discriminator(config, 1);
  config.precision = "bf16";
  const auto half = make_lite_discriminator(config, 1);
  stir(*exact), stir(*half);
  const auto images = normal("x", {4, 3, 32, 32});
  const auto a = exact->forward(images, {}, true), b = exact->forward(images, {}), c = half->forward(images, {});
  EXPECT_LT((a - b).abs().max().item<double>(), 1e-4);
  EXPECT_LT((a - c).abs().max().item<double>(), 0.15);
  EXPECT_FALSE(at::equal(b, c));
}

TEST(LiteDiscriminator, FusedGradientsEqualPlainOnes) {
  const auto discriminator = make_lite_discriminator(tiny_config(), 1);
  stir(*discriminator);
  auto leaves = discriminator->parameters();
  leaves.push_back(normal("x", {4, 3, 16, 16}).requires_grad_());
  const auto gradients = [&](bool exact) {
    return torch::autograd::grad({at::softplus(discriminator->forward(leaves.back(), {}, exact)).sum()}, leaves);
  };
  const auto a = gradients(false), b = gradients(true);
  for (size_t i = 0; i < a.size(); ++i)
    EXPECT_LT((a[i] - b[i]).abs().max().item<double>(), 2e-5 * (1.0 + b[i].abs().max().item<double>())) << i;
}

TEST(LiteDiscriminator, GradientOfR1) {
  const auto discriminator = make_lite_discriminator(tiny_config(8), 1);
  stir(*discriminator);
  discriminator->to(at::kDouble);
  const auto images = normal("x", {4, 3, 8, 8}).to(at::kDouble).requires_grad_();
  const auto penalty = [&] {
    const auto logits = discriminator->forward(images, {}, true);
    const auto gradient = torch::autograd::grad({logits.sum()}, {images}, {}, true, true)[0];
    return gradient.square().sum();
  };
  EXPECT_LT(directional_error(discriminator->parameters(), penalty), 1e-5);
}

}  // namespace
}  // namespace centigan
