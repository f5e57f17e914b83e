#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "centigan/diffaug/augmentation.h"
#include "centigan/trainers/regularizers.h"
#include "filler.h"
#include "method_toy.h"
#include "regularizers/apa.h"
#include "regularizers/consistency.h"
#include "regularizers/lecam.h"

namespace centigan {
namespace {

torch::Tensor column(std::initializer_list<double> values) {
  return at::tensor(at::ArrayRef<double>(values), at::kDouble).unsqueeze(1);
}

torch::Tensor scalar(double value) {
  return at::scalar_tensor(value, at::kDouble);
}

// Reals 1, -0.5, 2 against the fakes' mean -0.25: 1.25, -0.25, 2.25, squares 1.5625, 0.0625, 5.0625, mean 2.2291667.
// Fakes -1, 0.5, 0 against the reals' mean 0.4: 1.4, -0.1, 0.4 below it, squares 1.96, 0.01, 0.16, mean 0.71.
// One-sided without the -0.25 and the -0.1: 6.625 / 3 + 2.12 / 3.
TEST(LeCam, PenaltyByHand) {
  const auto real = column({1.0, -0.5, 2.0}), fake = column({-1.0, 0.5, 0.0});
  const auto value = [&](bool onesided) {
    return lecam_penalty(real, fake, scalar(0.4), scalar(-0.25), onesided).item<double>();
  };
  EXPECT_NEAR(value(false), 2.22916667 + 0.71, 1e-8);
  EXPECT_NEAR(value(true), 2.20833333 + 0.70666667, 1e-8);
}

// d/d real = 2/3 (real - fake_mean), d/d fake = 2/3 (fake - real_mean): nothing flows into the means.
TEST(LeCam, GradientByHand) {
  const auto real = column({1.0, -0.5, 2.0}).requires_grad_(true), fake = column({-1.0, 0.5, 0.0}).requires_grad_(true);
  const auto loss = lecam_penalty(real, fake, scalar(0.4), scalar(-0.25), false);
  const auto gradient = torch::autograd::grad({loss}, {real, fake});
  EXPECT_TRUE(at::allclose(gradient[0], column({2.5, -0.5, 4.5}) / 3));
  EXPECT_TRUE(at::allclose(gradient[1], column({-2.8, 0.2, -0.8}) / 3));
}

struct LeCamRun {
  explicit LeCamRun(int64_t warmup = 0) {
    config.lecam = 0.5, config.lecam_decay = 0.9, config.lecam_warmup = warmup;
    lecam = std::make_unique<LeCam>(config, at::kCPU);
    info.pieces = 2;
  }
  // Two pieces of two pictures that all score `real` and `fake`.
  torch::Tensor step(double real, double fake) {
    lecam->begin_step(info);
    torch::Tensor term;
    for (int64_t piece : {1, 0}) term = lecam->term(piece, column({real, real}), column({fake, fake + piece}), stats);
    lecam->end_update();
    return term;
  }
  std::map<std::string, double> means() const {
    std::map<std::string, double> values;
    lecam->report(values);
    return values;
  }
  MethodConfig config;
  StepInfo info;
  Stats stats;
  std::unique_ptr<LeCam> lecam;
};

// Fakes of the pieces: f, f and f, f + 1, so the batch mean is f + 0.25. First batch: (2, -0.75). Then
// 0.9 * 2 + 0.1 * 4 = 2.2 and 0.9 * -0.75 + 0.1 * 1.25 = -0.55.
TEST(LeCam, MeansStartAtTheFirstBatchAndFollow) {
  LeCamRun run;
  EXPECT_FALSE(run.step(2.0, -1.0).defined());
  EXPECT_DOUBLE_EQ(run.means().at("Loss/lecam/real"), 2.0);
  EXPECT_DOUBLE_EQ(run.means().at("Loss/lecam/fake"), -0.75);
  const torch::Tensor term = run.step(4.0, 1.0);  // of piece 0: 0.5 * ((4 + 0.75)^2 + (1 - 2)^2)
  EXPECT_NEAR(term.item<double>(), 0.5 * (22.5625 + 1.0), 1e-12);
  EXPECT_NEAR(run.means().at("Loss/lecam/real"), 2.2, 1e-12);
  EXPECT_NEAR(run.means().at("Loss/lecam/fake"), -0.55, 1e-12);
}

TEST(LeCam, ActsAfterItsWarmUp) {
  LeCamRun run(3);
  for (int64_t step = 0; step < 3; ++step) EXPECT_FALSE(run.step(1.0, 0.0).defined()) << step;
  EXPECT_TRUE(run.step(1.0, 0.0).defined());
}

TEST(LeCam, ScoresThatAreNotFiniteLeaveTheMeans) {
  LeCamRun run;
  run.step(std::nan(""), -1.0);
  run.step(2.0, -1.0), run.step(2.0, INFINITY);
  EXPECT_DOUBLE_EQ(run.means().at("Loss/lecam/real"), 2.0);
  EXPECT_DOUBLE_EQ(run.means().at("Loss/lecam/fake"), -0.75);
}

// (1, -1), (3, 0): squares 4, 9, mean 6.5; the gradient goes into both: +-(2, 3).
TEST(Consistency, ByHandWithAGradientInBoth) {
  const auto a = column({1.0, 3.0}).requires_grad_(true), b = column({-1.0, 0.0}).requires_grad_(true);
  const auto penalty = score_consistency(a, b);
  EXPECT_DOUBLE_EQ(penalty.item<double>(), 6.5);
  const auto gradient = torch::autograd::grad({penalty}, {a, b});
  EXPECT_TRUE(gradient[0].equal(column({2.0, 3.0})));
  EXPECT_TRUE(gradient[1].equal(column({-2.0, -3.0})));
}

TEST(Consistency, SecondViewMayBeginWithAFlip) {
  EXPECT_TRUE(read_second_view("").plain());
  EXPECT_EQ(read_second_view("flip").policy, "");
  EXPECT_TRUE(read_second_view("flip").flip);
  EXPECT_EQ(read_second_view("flip,translation").policy, "translation");
  EXPECT_FALSE(read_second_view("translation").flip);
  EXPECT_EQ(read_second_view("flipped").policy, "flipped");
}

// The release of BigGAN: its first numbers of the gradient for ow [3,2,1,2], strength 1e-4.
TEST(Orthogonal, GradientOfTheRelease) {
  const auto w = filler("ow", {3, 2, 1, 2}).requires_grad_(true);
  const auto gradient = torch::autograd::grad({1e-4 * orthogonal_penalty(w)}, {w})[0].flatten();
  const double golden[] = {5.847884e-05, -1.678809e-04, 2.429307e-04, 5.815163e-04};
  for (int64_t i = 0; i < 4; ++i) EXPECT_NEAR(gradient[i].item<double>(), golden[i], 1e-9) << i;
}

struct Weights : torch::nn::Module {
  Weights() {
    register_parameter("matrix", at::ones({2, 3}));
    register_parameter("vector", at::ones({3}));
    register_module("shared", std::make_shared<torch::nn::Module>())->register_parameter("weight", at::ones({4, 4}));
  }
};

// Two rows of three ones: products 3 beside the diagonal, (9 + 9) / 2.
TEST(Orthogonal, LeavesOutVectorsAndTheSharedEmbedding) {
  EXPECT_DOUBLE_EQ(orthogonal_penalty(Weights()).item<double>(), 9.0);
}

// Mean squared differences 0.04 and 0.25; the second is capped at 0.1 and has no gradient any more.
TEST(Consistency, SpreadIsCapped) {
  const auto images = at::zeros({2, 3, 2, 2}).requires_grad_(true);
  const auto near = at::cat({at::full({1, 3, 2, 2}, 0.2), at::full({1, 3, 2, 2}, 0.5)});
  const auto spread = latent_spread(images, near, 0.1);
  EXPECT_NEAR(spread.item<double>(), 0.07, 1e-7);
  const auto gradient = torch::autograd::grad({spread}, {images})[0];
  EXPECT_NEAR(gradient[0][0][0][0].item<double>(), -2 * 0.2 / 12 / 2, 1e-8);
  EXPECT_EQ(gradient[1].abs().sum().item<double>(), 0.0);
}

TEST(Methods, ConsistencyOfThePlainPictureWithItselfIsNothing) {
  MethodToy toy;
  toy.config.loss.cr = toy.config.loss.bcr = 10.0;
  toy.begin();
  EXPECT_NEAR(toy.loss("Dmain"), toy.plain_d_loss(), 1e-5);
}

TEST(Methods, ConsistencyComparesWithASecondView) {
  for (const auto& [cr, bcr] : {std::pair<double, double>{3.0, 0.0}, {0.0, 2.0}}) {
    MethodToy toy;
    toy.config.loss.cr = cr, toy.config.loss.bcr = bcr;
    toy.config.loss.cr_augment = "cutout";
    toy.begin();
    const torch::Tensor x = cr > 0.0 ? toy.batch.reals : toy.images(toy.z("D"));
    const auto u = RandomStream(0, cr > 0.0 ? "augment/cr/real" : "augment/cr/fake").uniform(0, 4, 2);
    const auto view = make_augmentation("cutout")->apply(x, u);
    const double term = (toy.score(view) - toy.score(x)).square().mean().item<double>();
    EXPECT_GT(term, 0.0);
    EXPECT_NEAR(toy.loss("Dmain"), toy.plain_d_loss() + (cr + bcr) * term, 1e-4);
  }
}

TEST(Methods, LatentConsistencyInBothNetworks) {
  MethodToy toy;
  toy.config.loss.zcr_d = 5.0, toy.config.loss.zcr_g = 0.5, toy.config.loss.zcr_sigma = 0.1;
  toy.config.loss.zcr_cap = 1e-3;
  toy.begin();
  const auto near = [&](const std::string& name) {
    return toy.images(toy.z(name) + 0.1 * RandomStream(0, "latent/near/" + name).normal(0, 4, 2));
  };
  const auto at_z = toy.images(toy.z("G"));
  const auto spread = (at_z - near("G")).square().mean({1, 2, 3}).clamp_max(1e-3).mean();
  const auto g = at::softplus(-toy.score(at_z)).mean() - 0.5 * spread;
  EXPECT_NEAR(toy.loss("Gmain"), g.item<double>(), 1e-6);
  const auto gap = (toy.score(toy.images(toy.z("D"))) - toy.score(near("D"))).square().mean();
  EXPECT_NEAR(toy.loss("Dmain"), toy.plain_d_loss() + 5.0 * gap.item<double>(), 1e-4);
}

TEST(Methods, LeCamJoinsTheLossOfD) {
  MethodToy toy;
  toy.config.loss.lecam = 0.3, toy.config.loss.lecam_warmup = 0;
  toy.begin();
  EXPECT_NEAR(toy.loss("Dmain"), toy.plain_d_loss(), 1e-5);
  toy.objective->end_step(toy.info);
  toy.objective->begin_step(toy.info);  // the same step once more, so the means are those of this batch
  const auto real = toy.score(toy.batch.reals), fake = toy.score(toy.images(toy.z("D")));
  const auto term = (real - fake.mean()).square().mean() + (fake - real.mean()).square().mean();
  EXPECT_NEAR(toy.loss("Dmain"), toy.plain_d_loss() + 0.3 * term.item<double>(), 1e-3);
}

// softplus(real - fake) for G, softplus(fake - real) for D, pair by pair; R1 and R2 of D = sum(x^2) / 2 are sum(x^2).
TEST(Relativistic, LossesAndPenaltiesByHand) {
  MethodToy toy;
  toy.config.loss.r1_gamma = 0.2;
  toy.begin(/*relativistic=*/true);
  const auto real = toy.score(toy.batch.reals);
  const auto g = at::softplus(real - toy.score(toy.images(toy.z("G")))).mean();
  EXPECT_NEAR(toy.loss("Gmain"), g.item<double>(), 1e-4);
  const auto fakes = toy.images(toy.z("D"));
  EXPECT_NEAR(toy.loss("Dmain"), at::softplus(toy.score(fakes) - real).mean().item<double>(), 1e-4);
  const auto norms = toy.batch.reals.square().sum() / 4 + fakes.square().sum() / 4;
  EXPECT_NEAR(toy.loss("Dreg"), 0.1 * norms.item<double>(), 1e-4);
  toy.config.loss.r2_gamma = 0.0;
  toy.begin(/*relativistic=*/true);
  EXPECT_NEAR(toy.loss("Dreg"), 0.1 * toy.batch.reals.square().sum().item<double>() / 4, 1e-4);
}

TEST(NonSaturating, R2IsOffUnlessAsked) {
  MethodToy toy;
  toy.config.loss.r1_gamma = 0.2, toy.config.loss.r2_gamma = 0.4;
  toy.begin();
  toy.loss("Dmain");
  const auto real = toy.batch.reals.square().sum() / 4, fake = toy.images(toy.z("D")).square().sum() / 4;
  EXPECT_NEAR(toy.loss("Dreg"), (0.1 * real + 0.2 * fake).item<double>(), 1e-4);
}

// The toy's D scores everything above 0, so the share moves by 4 * 4 / (1000 * 0.02) = 0.8 in one update to its
// ceiling.
TEST(Apa, FakesReplaceTheRealsThatWereDrawn) {
  MethodToy toy;
  toy.config.loss.apa = 0.5, toy.config.loss.apa_kimg = 0.02;
  Apa apa({toy.config, at::kCPU, toy.generator, toy.discriminator});
  EXPECT_TRUE(apa.reals(toy.batch, toy.info).is_same(toy.batch.reals));
  apa.share().observe(at::ones({4, 1}));
  toy.info.step = 3;
  apa.share().end_step(toy.info);
  std::map<std::string, double> values;
  apa.share().report(values);
  EXPECT_EQ(values.at("Loss/apa/p"), 0.5);
  int64_t swapped = 0;
  for (int64_t first : {0, 4, 8, 12}) {
    toy.batch.first = first;
    const auto gates = RandomStream(0, "apa/gates").uniform(first, 4, 1).lt(0.5).view({4, 1, 1, 1});
    const auto fakes = toy.images(RandomStream(0, "latent/apa").normal(first, 4, 2));
    const auto mixed = apa.reals(toy.batch, toy.info);
    EXPECT_TRUE(at::allclose(mixed, at::where(gates, fakes, toy.batch.reals)));
    EXPECT_FALSE(mixed.requires_grad());
    swapped += gates.sum().item<int64_t>();
  }
  EXPECT_GT(swapped, 0);
  EXPECT_LT(swapped, 16);
}

TEST(Apa, OffIsNotThere) {
  MethodToy toy;
  Snapshot snapshot;
  Apa apa({toy.config, at::kCPU, toy.generator, toy.discriminator});
  apa.share().save(snapshot);
  EXPECT_TRUE(snapshot.tensors.empty());
}

// A step whose weights are not finite leaves the running means of path lengths and of w as they were.
TEST(RunningMeans, LeaveOutWhatIsNotFinite) {
  MethodToy toy;
  toy.config.loss.pl_weight = 1.0, toy.config.loss.pl_interval = 4;
  toy.begin();
  {
    const at::NoGradGuard no_grad;
    toy.generator->one.fill_(std::nan("")), toy.generator->weight.fill_(std::nan(""));
  }
  EXPECT_TRUE(std::isnan(toy.loss("Gmain")));
  EXPECT_TRUE(std::isnan(toy.loss("Greg")));
  toy.objective->end_step(toy.info);
  Snapshot state;
  toy.objective->save(state);
  EXPECT_EQ(state.number("objective/pl_mean"), 0.0);
  EXPECT_TRUE(toy.generator->w_avg().equal(at::zeros({2})));
}

// Everything at once. CHAIN, APA and adaptive augmentation steer by signs, which relativistic scores do not have.
TrainConfig all_methods(const std::string& out, const std::string& objective, const std::string& family) {
  TrainConfig c = tiny_config(family, out, family == "lite" ? 24 : 8);
  c.loss.objective = objective;
  c.loss.lecam = 0.1, c.loss.lecam_warmup = 3, c.loss.lecam_decay = 0.9;
  c.loss.cr = 1.0, c.loss.bcr = 1.0, c.loss.cr_augment = "translation";
  c.loss.zcr_d = 1.0, c.loss.zcr_g = 0.1;
  c.loss.augself = 0.1, c.loss.advaug = 0.5;
  c.loss.r2_gamma = 0.1, c.loss.r1_interval = family == "lite" ? 4 : 1;
  c.loss.share_fakes = objective == "nonsaturating";
  if (objective == "relativistic") return c;
  c.loss.chain = 2.0, c.loss.chain_target = -0.9;
  c.loss.apa = 0.6, c.loss.apa_kimg = 0.05, c.loss.apa_target = -0.9;
  c.trainer.adapt.mode = "policy", c.trainer.adapt.kimg = 0.1;
  return c;
}

struct AllMethods : testing::TestWithParam<std::pair<const char*, const char*>> {
  TrainConfig config(const char* name) const { return all_methods(folder / name, GetParam().first, GetParam().second); }
  const ScratchFolder folder;
};

TEST_P(AllMethods, ResumeBitForBitOnAnyThreads) {
  const TrainConfig whole = config("whole"), stopped = config("stopped");
  TrainConfig threads = config("threads");
  threads.trainer.threads = 2;
  for (const TrainConfig& c : {whole, threads}) ASSERT_EQ(train(c, quiet()), TrainEnd::kFinished);
  for (int64_t steps : {2, 3}) ASSERT_EQ(train(stopped, quiet(steps)), TrainEnd::kStopped);
  ASSERT_EQ(train(stopped, quiet()), TrainEnd::kFinished);
  EXPECT_EQ(run_hash(stopped.out), run_hash(whole.out));
  EXPECT_EQ(timeless_stats(stopped.out), timeless_stats(whole.out));
  EXPECT_EQ(run_hash(threads.out), run_hash(whole.out));
  const Snapshot end = read_checkpoint(find_checkpoint(whole.out));
  EXPECT_EQ(end.integer("objective/lecam/steps"), end.integer("counters/step"));
  EXPECT_TRUE(end.tensors.count("augself/out_weight"));
  if (whole.loss.apa == 0.0) return;
  EXPECT_GT(end.tensor("objective/apa/p")[0].item<double>(), 0.0);
  // StyleGAN2's scores of reals stay below zero within these few steps, so its p has no reason to move.
  if (whole.model.family != "lite") return;
  EXPECT_GT(end.tensor("objective/chain/p")[0].item<double>(), 0.0);
}

using Pair = std::pair<const char*, const char*>;
INSTANTIATE_TEST_SUITE_P(On, AllMethods,
                         testing::Values(Pair("nonsaturating", "lite"), Pair("relativistic", "lite"),
                                         Pair("nonsaturating", "stylegan2")),
                         [](const auto& info) { return std::string(info.param.first) + "_" + info.param.second; });

}  // namespace
}  // namespace centigan
