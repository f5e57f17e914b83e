#include "centigan/trainers/objectives.h"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "centigan/core/random.h"
#include "centigan/trainers/augmenter.h"
#include "centigan/trainers/regularizers.h"
#include "method_toy.h"

namespace centigan {
namespace {

std::vector<std::string> phase_names(const Objective& objective) {
  std::vector<std::string> names;
  for (const Phase& phase : objective.phases()) names.push_back(phase.name);
  return names;
}

TEST(NonSaturating, PhasesInThePublishedOrder) {
  Toy toy;
  toy.build();
  EXPECT_EQ(phase_names(*toy.objective), (std::vector<std::string>{"Gmain", "Greg", "Dmain", "Dreg"}));
  EXPECT_EQ(toy.objective->phases()[3].gain, 16.0);
  toy.config.loss.r1_interval = toy.config.loss.pl_interval = 1;
  toy.build();
  EXPECT_EQ(phase_names(*toy.objective), (std::vector<std::string>{"Gmain", "Dmain"}));
}

TEST(NonSaturating, RegulariserOfWeightZeroHasNothingToDo) {
  Toy toy;
  toy.config.loss.r1_gamma = 0.0;
  toy.build();
  toy.objective->begin_step(toy.info);
  EXPECT_FALSE(toy.loss("Greg").defined());
  EXPECT_FALSE(toy.loss("Dreg").defined());
}

// |grad D|^2 = sum (2 a x)^2 = sum x^2 with a = 1/2; the loss is gamma/2 times the mean.
TEST(NonSaturating, R1OnRawPictures) {
  Toy toy;
  toy.config.loss.r1_on = "raw", toy.config.loss.r1_gamma = 0.3;
  toy.config.trainer.augment = "color,translation,cutout";
  toy.build();
  toy.objective->begin_step(toy.info);
  const torch::Tensor loss = toy.loss("Dreg");
  EXPECT_TRUE(toy.discriminator->was_exact);
  EXPECT_NEAR(loss.item<double>(), 0.15 * toy.batch.reals.square().sum().item<double>() / 4, 1e-5);
  const auto gradient = torch::autograd::grad({loss}, {toy.discriminator->a})[0];  // d/da of 4 a^2 x^2
  EXPECT_TRUE(at::allclose(gradient[0], 0.15 * 4 * toy.batch.reals.square().mean(0), 1e-4, 1e-6));
}

// Through T: the gradient is T's adjoint applied to the gradient at T(x). Cutout is a mask, so it is mask * x there.
TEST(NonSaturating, R1ThroughTheAugmentation) {
  Toy toy;
  toy.config.trainer.augment = "cutout";
  toy.config.loss.r1_on = "augmented";
  toy.build();
  toy.objective->begin_step(toy.info);
  const auto u = RandomStream(0, "augment/r1").uniform(0, 4, 2);
  const auto shown = make_augmentation("cutout")->apply(toy.batch.reals, u);
  EXPECT_LT(shown.square().sum().item<double>(), toy.batch.reals.square().sum().item<double>());
  EXPECT_NEAR(toy.loss("Dreg").item<double>(), 5.0 * shown.square().sum().item<double>() / 4, 1e-4);
}

// In every step and in float32 R1 takes the pass of the main loss: the draws of that, and a gradient for both.
TEST(NonSaturating, R1OfEveryStepTakesThePassOfTheMainLoss) {
  for (const char* on : {"augmented", "shown"}) {
    Toy toy;
    toy.config.trainer.augment = "cutout";
    toy.config.loss.r1_on = on, toy.config.loss.r1_interval = 1;
    toy.config.model.precision = "float32";
    toy.build();
    toy.objective->begin_step(toy.info);
    toy.loss("Gmain");
    const int64_t before = toy.discriminator->calls;
    const double whole = toy.loss("Dmain").item<double>();
    EXPECT_EQ(toy.discriminator->calls - before, 2) << on;  // fakes, reals
    const auto u = RandomStream(0, "augment/real").uniform(0, 4, 2);
    const auto shown = make_augmentation("cutout")->apply(toy.batch.reals, u);
    toy.config.loss.r1_gamma = 0.0;
    toy.build();
    toy.objective->begin_step(toy.info);
    toy.loss("Gmain");
    EXPECT_NEAR(whole - toy.loss("Dmain").item<double>(), 5.0 * shown.square().sum().item<double>() / 4, 1e-4) << on;
  }
}

// With respect to what D is shown: T's adjoint, which contrast would scale by its factor, plays no part.
TEST(NonSaturating, R1OnWhatIsShown) {
  Toy toy;
  toy.config.trainer.augment = "contrast";
  toy.config.loss.r1_on = "shown";
  toy.build();
  toy.objective->begin_step(toy.info);
  const auto u = RandomStream(0, "augment/r1").uniform(0, 4, 1);
  const auto shown = make_augmentation("contrast")->apply(toy.batch.reals, u);
  EXPECT_NEAR(toy.loss("Dreg").item<double>(), 5.0 * shown.square().sum().item<double>() / 4, 1e-4);
}

// Scores of augmented reals steer, in Dmain and in Dreg where it shows them; those of raw reals do not.
TEST(NonSaturating, RealScoresSteerTheAugmentation) {
  for (const auto& [r1_on, seen] : {std::pair<const char*, int64_t>{"augmented", 8}, {"shown", 8}, {"raw", 4}}) {
    Toy toy;
    toy.config.trainer.augment = "cutout";
    toy.config.trainer.adapt.mode = "policy", toy.config.trainer.adapt.kimg = 0.1;
    toy.config.loss.r1_on = r1_on;
    toy.build();
    toy.objective->begin_step(toy.info);
    toy.loss("Gmain"), toy.loss("Dmain"), toy.loss("Dreg");
    Snapshot snapshot;
    toy.objective->save(snapshot);
    EXPECT_EQ(snapshot.tensor("augment/sums")[1][0].item<int64_t>(), seen) << r1_on;
    toy.info.step = 3;
    toy.objective->end_step(toy.info);
    std::map<std::string, double> values;
    toy.objective->report(values);
    EXPECT_EQ(values.at("Augment/sign"), 1.0);  // scores of this D are above 0
    EXPECT_DOUBLE_EQ(values.at("Augment/p"), 4 * 4 / (1000.0 * 0.1));
    EXPECT_EQ(values.size(), 2u);
  }
}

TEST(Augmenter, DrawsGatesAndNoiseFromStreamsOfTheirOwn) {
  TrainerConfig plain, gated;
  plain.augment = "brightness", gated.augment = "brightness:p=0.5";
  const torch::Tensor x = at::zeros({8, 3, 4, 4});
  const torch::Tensor always = Augmenter(plain, at::kCPU).show(x, "augment/real", 16).images;
  const torch::Tensor some = Augmenter(gated, at::kCPU).show(x, "augment/real", 16).images;
  const auto gates = RandomStream(0, "augment/real/gates").uniform(16, 8, 1).lt(0.5).view({8, 1, 1, 1});
  EXPECT_TRUE(always.equal(x + RandomStream(0, "augment/real").uniform(16, 8, 1).sub(0.5).view({8, 1, 1, 1})));
  EXPECT_TRUE(some.equal(at::where(gates, always, x)));
  plain.augment = "";
  EXPECT_TRUE(Augmenter(plain, at::kCPU).show(x, "augment/real", 0).images.is_same(x));
}

TEST(Regularizers, R1GradientThroughDiffAugmentIsItsAdjoint) {
  const auto policy = make_augmentation("color,translation,cutout");
  const auto x = (at::rand({3, 3, 8, 8}) * 2 - 1).set_requires_grad(true);
  const auto u = at::rand({3, policy->draws()});
  const auto square = [](const torch::Tensor& images) { return images.square().sum({1, 2, 3}); };
  const auto shown = policy->apply(x, u);
  const auto at_shown = (2 * shown).detach();  // gradient of the sum of squares at T(x)
  const auto adjoint = torch::autograd::grad({shown}, {x}, {at_shown}, true)[0];
  const auto direct = r1_penalty(square(shown), x);
  EXPECT_TRUE(at::allclose(direct, adjoint.square().sum({1, 2, 3}), 1e-4, 1e-4));
}

// image = s * weight with s = sum of ws, so d(sum image * n)/d ws = (weight . n) for each element.
TEST(Regularizers, PathLengthOfALinearGenerator) {
  ConstantGenerator generator(3);
  const auto ws = at::rand({2, 3, 2}).set_requires_grad(true);
  const auto noise = at::rand({2, 3, 4, 4});
  const auto lengths = path_lengths(generator.synthesis(ws, {}), ws, noise);
  const auto expected = (0.25 * noise.sum({1, 2, 3})).abs() * std::sqrt(2.0);
  EXPECT_TRUE(at::allclose(lengths, expected, 1e-5, 1e-6));
}

// The penalty uses the mean updated with this batch, and its gradient flows through it.
TEST(NonSaturating, PathLengthMeanTakesPartInTheGradient) {
  Toy toy(2);
  toy.config.loss.pl_weight = 2.0, toy.config.loss.pl_batch_shrink = 4;  // one picture
  toy.build();
  toy.objective->begin_step(toy.info);
  const torch::Tensor loss = toy.loss("Greg");
  const auto noise = RandomStream(0, "noise/pl").normal(0, 1, 48).view({3, 4, 4}) / 4;
  const double length = std::sqrt(2.0) * std::abs((toy.generator->weight * noise).sum().item<double>());
  EXPECT_NEAR(loss.item<double>(), 2 * std::pow(0.99 * length, 2), 1e-6);
  const auto gradient = torch::autograd::grad({loss}, {toy.generator->weight})[0];
  const auto expected = 4 * 0.99 * 0.99 * 2 * (toy.generator->weight * noise).sum() * noise;
  EXPECT_TRUE(at::allclose(gradient, expected, 1e-4, 1e-6));
  toy.objective->end_step(toy.info);
  Snapshot snapshot;
  toy.objective->save(snapshot);
  EXPECT_NEAR(snapshot.number("objective/pl_mean"), 0.01 * length, 1e-7);
}

TEST(NonSaturating, MainLosses) {
  Toy toy;
  toy.build();
  toy.objective->begin_step(toy.info);
  const auto scores = [&](const torch::Tensor& images) { return (0.5 * images.square()).sum({1, 2, 3}); };
  const auto z = RandomStream(0, "latent/G").normal(0, 4, 2), other = RandomStream(0, "latent/D").normal(0, 4, 2);
  const auto fakes = [](const torch::Tensor& z) { return z.sum(1).view({4, 1, 1, 1}) * at::full({3, 4, 4}, 0.25); };
  EXPECT_NEAR(toy.loss("Gmain").item<double>(), at::softplus(-scores(fakes(z))).mean().item<double>(), 1e-5);
  const auto d = at::softplus(scores(fakes(other))).mean() + at::softplus(-scores(toy.batch.reals)).mean();
  EXPECT_NEAR(toy.loss("Dmain").item<double>(), d.item<double>(), 1e-5);
}

TEST(NonSaturating, SharedFakesServeBothNetworks) {
  Toy toy;
  toy.config.loss.share_fakes = true;
  toy.build();
  toy.objective->begin_step(toy.info);
  const torch::Tensor g_loss = toy.loss("Gmain");
  const auto g = torch::autograd::grad({g_loss}, {toy.generator->weight}, {}, /*retain_graph=*/true)[0];
  EXPECT_GT(g.abs().sum().item<double>(), 0.0);
  toy.generator->weight.set_data(toy.generator->weight + 1);  // G has been updated; D still judges the former pictures
  const torch::Tensor d_loss = toy.loss("Dmain");
  EXPECT_EQ(toy.generator->mappings, 1);
  const auto scores = [&](const torch::Tensor& images) { return (0.5 * images.square()).sum({1, 2, 3}); };
  const auto z = RandomStream(0, "latent/G").normal(0, 4, 2);
  const auto fakes = z.sum(1).view({4, 1, 1, 1}) * at::full({3, 4, 4}, 0.25);
  const auto expected = at::softplus(scores(fakes)).mean() + at::softplus(-scores(toy.batch.reals)).mean();
  EXPECT_NEAR(d_loss.item<double>(), expected.item<double>(), 1e-5);
  EXPECT_GT(torch::autograd::grad({d_loss}, {toy.discriminator->a})[0].abs().sum().item<double>(), 0.0);
}

TEST(NonSaturating, TracksTheMeanOfW) {
  Toy toy;
  toy.build();
  toy.objective->begin_step(toy.info);
  toy.loss("Gmain");
  toy.objective->end_step(toy.info);
  const auto mean = RandomStream(0, "latent/G").normal(0, 4, 2).mean(0);
  EXPECT_TRUE(at::allclose(toy.generator->w_avg(), 0.005 * mean, 1e-4, 1e-7));
}

TEST(NonSaturating, StyleMixingHasOneCutoffABatch) {
  Toy toy(4);
  toy.config.loss.style_mixing = 1.0;
  toy.build();
  toy.objective->begin_step(toy.info);
  toy.loss("Gmain");
  const auto u = RandomStream(0, "mixing/G").uniform(0, 1, 2);
  const int64_t cutoff = 1 + static_cast<int64_t>(u[0][1].item<double>() * 3);
  const auto first = RandomStream(0, "latent/G").normal(0, 4, 2);
  const auto second = RandomStream(0, "latent/mix/G").normal(0, 4, 2);
  for (int64_t k = 0; k < 4; ++k)
    EXPECT_TRUE(at::equal(toy.generator->last_ws.select(1, k), k < cutoff ? first : second)) << k;
}

TEST(StyleMixing, CutoffsAreUniform) {
  const RandomStream stream(1, "mixing/G");
  std::vector<int> counts(9);
  const int draws = 100000;
  const auto u = stream.uniform(0, draws, 2);
  const auto rows = u.accessor<float, 2>();
  for (int i = 0; i < draws; ++i) ++counts[mixing_cutoff(rows[i][0], rows[i][1], 0.9, 8)];
  EXPECT_EQ(counts[0], 0);
  EXPECT_NEAR(counts[8], 10000, 400);
  for (int cutoff = 1; cutoff < 8; ++cutoff) EXPECT_NEAR(counts[cutoff], 90000 / 7, 500);
}

TEST(NonSaturating, NoisePassesDoNotShareSeeds) {
  Toy toy;
  toy.build();
  toy.objective->begin_step(toy.info);
  toy.loss("Gmain");
  const auto g = toy.generator->last_noise;
  toy.loss("Dmain");
  const auto both = std::get<0>(at::_unique(at::cat({g, toy.generator->last_noise})));
  EXPECT_EQ(both.numel(), 8);
}

TEST(Stats, MeansOverStepsAndKeysStay) {
  Stats stats, piece;
  stats.add("a", at::tensor({1.0f, 3.0f}));
  piece.add("a", at::tensor({6.0f}));
  piece.add("b", at::tensor({1.0f}));
  stats.merge(piece);
  Snapshot snapshot;
  stats.save("log/", snapshot);
  Stats loaded;
  loaded.load("log/", snapshot);
  for (Stats* s : {&stats, &loaded}) {
    auto means = s->take();
    EXPECT_EQ(means.at("a"), 4.0);
    EXPECT_EQ(means.at("b"), 1.0);
    means = s->take();
    EXPECT_TRUE(std::isnan(means.at("a")));
  }
}

}  // namespace
}  // namespace centigan
