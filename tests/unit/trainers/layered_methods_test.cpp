#include <cmath>

#include "method_toy.h"
#include "regularizers/augself.h"
#include "regularizers/chain.h"

namespace centigan {
namespace {

// Channel 0 holds 3 and 4, so rho = sqrt(12.5) = 3.5355339; channel 1 holds ones, rho = 1. Gain of channel 0:
// 0.2828427.
TEST(Chain, ScaledByHand) {
  const auto maps = at::tensor({3.0, 1.0, 4.0, 1.0}, at::kDouble).view({2, 2, 1, 1});
  const auto mask = at::tensor({1.0, 1.0, 0.0, 1.0}, at::kDouble).view({2, 2});
  const auto expected = at::tensor({0.84852814, 1.0, 4.0, 1.0}, at::kDouble).view({2, 2, 1, 1});
  EXPECT_TRUE(at::allclose(chain_scaled(maps, mask), expected, 1e-7, 1e-8));
}

// Means 3.5 and 1: (12.25 + 1) / 2.
TEST(Chain, MeanPenaltyByHand) {
  const auto maps = at::tensor({3.0, 1.0, 4.0, 1.0}, at::kDouble).view({2, 2, 1, 1});
  EXPECT_DOUBLE_EQ(chain_mean_penalty(maps).item<double>(), 6.625);
}

// p moves by 0.001 a step towards a mean sign of 0.5; masks of the layers come from streams of their own.
TEST(Chain, MasksAreDrawnAPictureAndAChannel) {
  MethodToy toy;
  toy.config.loss.chain = 20.0, toy.config.trainer.batch = 4;
  Chain chain({toy.config, at::kCPU, toy.generator, toy.discriminator});
  EXPECT_FALSE(chain.acts());
  for (int64_t step = 0; step < 400; ++step) {
    chain.share().observe(at::ones({4, 1}));
    toy.info.step = step;
    chain.share().end_step(toy.info);
  }
  EXPECT_NEAR(chain.share().p(), 0.4, 1e-9);
  torch::Tensor penalty;
  const MapHook hook = chain.hook("augment/real", 8, &penalty);
  for (const char* layer : {"0", "1"}) {
    const auto mask = RandomStream(0, std::string("chain/augment/real/") + layer).uniform(8, 4, 3);
    const auto acted = mask.lt(chain.share().p()).to(at::kFloat);
    EXPECT_GT(acted.sum().item<double>(), 0.0) << layer;
    EXPECT_TRUE(hook(toy.batch.reals).equal(chain_scaled(toy.batch.reals, acted))) << layer;
  }
  EXPECT_NEAR(penalty.item<double>(), 2 * chain_mean_penalty(toy.batch.reals).item<double>(), 1e-6);
}

// Maps a x with a = 1/2, one feature, their mean, which is the score.
class MeanDiscriminator final : public LayeredDiscriminator {
 public:
  MeanDiscriminator() { a = register_parameter("a", at::full({1}, 0.5)); }
  Maps maps(const torch::Tensor& images, bool, const MapHook& hook) override {
    return {hook ? hook(a * images) : a * images, {}};
  }
  torch::Tensor features(const Maps& maps, bool) override { return maps.x.mean({1, 2, 3}).unsqueeze(1); }
  torch::Tensor score(const torch::Tensor& features, const torch::Tensor&) override { return features; }
  int64_t feature_size() const override { return 1; }
  torch::Tensor a;
};

struct LayeredToy : MethodToy {
  void begin_layered() {
    objective = make_nonsaturating({config, at::kCPU, generator, std::make_shared<MeanDiscriminator>()});
    objective->begin_step(info);
  }
  static torch::Tensor mean_score(const torch::Tensor& x) { return 0.5 * x.mean({1, 2, 3}); }
  double plain_layered(double up = 0.0) const {
    const auto fake = mean_score(images(z("D"))) + up, real = mean_score(batch.reals) - up;
    return (at::softplus(fake).mean() + at::softplus(-real).mean()).item<double>();
  }
};

// The loss of D grows with every map of a fake and falls with every map of a real, so scores move by eta; that of G
// falls with the styles, whose two values move by eta: the score by 0.5 * 0.25 * 2 eta.
TEST(Methods, AdversarialFeaturesByHand) {
  LayeredToy toy;
  toy.config.loss.advaug = 0.7, toy.config.loss.advaug_eta = 0.1;
  toy.begin_layered();
  const auto score = toy.mean_score(toy.images(toy.z("G")));
  const auto g = at::softplus(-score).mean() + 0.7 * at::softplus(-(score - 0.025)).mean();
  EXPECT_NEAR(toy.loss("Gmain"), g.item<double>(), 1e-5);
  EXPECT_NEAR(toy.loss("Dmain"), toy.plain_layered() + 0.7 * toy.plain_layered(0.1), 1e-5);
}

// 0.1^2 and 0.1^2; 0.3^2 and nothing for the draw that did not act: 0.11 / 4.
TEST(AugSelf, ErrorByHand) {
  const auto predicted = at::tensor({0.5, 0.2, -0.1, 0.4}).view({2, 2});
  const auto target = at::tensor({0.6, 0.1, 0.2, 0.9}).view({2, 2});
  const auto acted = at::tensor({1.0, 1.0, 1.0, 0.0}).view({2, 2});
  EXPECT_NEAR(augself_error(predicted, target, acted).item<double>(), 0.0275, 1e-7);
}

// Brightness adds u - 0.5 to a picture, so this D's feature moves by (u - 0.5) / 2.
TEST(AugSelf, RealsAimAtTheDrawsAndFakesAtTheirNegatives) {
  LayeredToy toy;
  toy.config.trainer.augment = "brightness";
  toy.config.loss.augself = 2.0;
  toy.begin_layered();
  ASSERT_EQ(toy.objective->trained().size(), 3u);
  const auto head = std::dynamic_pointer_cast<AugSelfHead>(toy.objective->trained()[2].module);
  const auto draws = [](const char* stream) { return RandomStream(0, stream).uniform(0, 4, 1); };
  const auto told = [&](const torch::Tensor& u) { return head->forward((u - 0.5) / 2); };
  const auto shift = [&](const torch::Tensor& u) { return (u.flatten() - 0.5) / 2; };
  const auto u_g = draws("augment/fake/G"), u_d = draws("augment/fake/D"), u_r = draws("augment/real");
  const auto g = at::softplus(-(toy.mean_score(toy.images(toy.z("G"))) + shift(u_g))).mean();
  const auto pull = (told(u_g) - u_g).square().mean() - (told(u_g) + u_g).square().mean();
  EXPECT_NEAR(toy.loss("Gmain"), (g + 2.0 * pull).item<double>(), 1e-4);
  const auto fake = toy.mean_score(toy.images(toy.z("D"))) + shift(u_d);
  const auto real = toy.mean_score(toy.batch.reals) + shift(u_r);
  const auto d = at::softplus(fake).mean() + at::softplus(-real).mean();
  const double error = ((told(u_r) - u_r).square().mean() + (told(u_d) + u_d).square().mean()).item<double>();
  EXPECT_NEAR(toy.loss("Dmain"), d.item<double>() + 2.0 * error, 1e-4);
  EXPECT_NEAR(toy.loss("Dself"), 2.0 * error, 1e-4);
}

// Linear in what is not negative: h = lrelu(w x) sqrt(2), out = v h / sqrt(128), with zero biases at the start.
TEST(AugSelf, HeadIsTwoEqualisedLayers) {
  const AugSelfHead head(2, 1, 3);
  const auto w = RandomStream(3, "init/augself/hidden_weight").normal(0, 1, 256).view({128, 2});
  const auto v = RandomStream(3, "init/augself/out_weight").normal(0, 1, 128).view({128});
  const double x[2] = {0.3, -0.8};
  double sum = 0.0;
  for (int64_t i = 0; i < 128; ++i) {
    const double h = (w[i][0].item<double>() * x[0] + w[i][1].item<double>() * x[1]) / std::sqrt(2.0);
    sum += v[i].item<double>() * (h > 0 ? h : 0.2 * h) * std::sqrt(2.0) / std::sqrt(128.0);
  }
  EXPECT_NEAR(head.forward(at::tensor({0.3f, -0.8f}).unsqueeze(0)).item<double>(), sum, 1e-5);
}

TEST(Methods, NeedLayers) {
  MethodToy toy;
  toy.config.loss.chain = 1.0;
  EXPECT_HAS(error_of([&] { toy.begin(); }), "this discriminator does not show its layers");
}

}  // namespace
}  // namespace centigan
