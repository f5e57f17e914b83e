#include "centigan/trainers/optimizer.h"

#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <limits>

#include "centigan/core/device.h"
#include "tiny.h"

namespace centigan {
namespace {

struct TwoParameters : torch::nn::Module {
  TwoParameters() {
    a = register_parameter("a", at::arange(6, at::kFloat).view({2, 3}));
    frozen = register_parameter("frozen", at::ones({4}), false);
    b = register_parameter("b", at::full({2}, 7.0));
    count = register_buffer("count", at::zeros({1}));
  }
  torch::Tensor a, frozen, b, count;
};

struct OneVector : torch::nn::Module {
  OneVector() { v = register_parameter("v", at::zeros({3})); }
  torch::Tensor v;
};

TEST(FlatParameters, AreViewsOfOneBuffer) {
  const auto module = std::make_shared<TwoParameters>();
  FlatParameters flat(module);
  EXPECT_EQ(flat.size(), 12);
  EXPECT_TRUE(at::equal(module->a, at::arange(6, at::kFloat).view({2, 3})));
  flat.values().fill_(3.0);
  EXPECT_EQ(module->a.sum().item<float>(), 18.0f);
  EXPECT_EQ(module->parameters()[2].sum().item<float>(), 6.0f);
  EXPECT_EQ(flat.inputs().size(), 2u);
}

TEST(FlatParameters, GradientsFindTheirPlace) {
  const auto module = std::make_shared<TwoParameters>();
  FlatParameters flat(module);
  torch::Tensor sum = at::zeros({12});
  const auto loss = (module->a.square()).sum() + 5 * module->b.sum();
  flat.add_gradients(torch::autograd::grad({loss}, flat.inputs()), sum);
  flat.add_gradients({torch::Tensor(), at::ones({2})}, sum);
  EXPECT_TRUE(at::equal(sum, at::tensor({0., 2., 4., 6., 8., 10., 0., 0., 0., 0., 6., 6.}, at::kFloat)));
}

TEST(FlatParameters, AutogradNoticesThatTheyChanged) {
  const auto module = std::make_shared<OneVector>();
  FlatParameters flat(module);
  const auto loss = (module->v * module->v).sum();
  flat.values().fill_(1.0);
  flat.changed();
  EXPECT_THROW(torch::autograd::grad({loss}, flat.inputs()), std::exception);
}

// By hand in float64: lr 0.0016, beta1 0, beta2 0.99199197.
TEST(FlatAdam, ThreeStepsOfTheCorrectedOptimizer) {
  const auto module = std::make_shared<OneVector>();
  const auto flat = std::make_shared<FlatParameters>(module);
  FlatAdam adam(flat, adam_settings({}, {{"Gmain", "G", 1}, {"Greg", "G", 4}}, "G"));
  const double gradients[3][3] = {{0.5, -1.0, 2.0}, {0.25, 3.0, -0.125}, {-1.0, 0.0, 0.75}};
  double p[3] = {}, v[3] = {};
  const double beta2 = std::pow(0.99, 0.8);
  for (int t = 0; t < 3; ++t) {
    for (int i = 0; i < 3; ++i) {
      v[i] = beta2 * v[i] + (1 - beta2) * gradients[t][i] * gradients[t][i];
      p[i] -= 0.0016 * gradients[t][i] / (std::sqrt(v[i] / (1 - std::pow(beta2, t + 1))) + 1e-8);
    }
    adam.step(at::tensor({gradients[t][0], gradients[t][1], gradients[t][2]}, at::kFloat), 0.002);
    for (int i = 0; i < 3; ++i) EXPECT_NEAR(module->v[i].item<double>(), p[i], 1e-9) << t << " " << i;
  }
}

TEST(FlatAdam, MomentumFollowsTheFormula) {
  const auto flat = std::make_shared<FlatParameters>(std::make_shared<OneVector>());
  FlatAdam adam(flat, {1.0, 0.9, 0.999, 1e-8});
  adam.step(at::tensor({1., 2., 3.}, at::kFloat), 0.1);
  adam.step(at::tensor({0., 0., 0.}, at::kFloat), 0.1);
  const double m = 0.09 / (1 - 0.81), v = 0.000999 / (1 - 0.998001);
  EXPECT_NEAR(flat->values()[0].item<double>(), -0.1 - 0.1 * m / std::sqrt(v), 1e-6);
}

TEST(FlatAdamGpu, StepsAsOnTheCpu) {
  if (!cuda_available()) GTEST_SKIP() << "no GPU here";
  std::vector<torch::Tensor> values;
  for (const torch::Device device : {torch::Device(at::kCPU), pick_device("cuda")}) {
    const auto module = std::make_shared<OneVector>();
    module->to(device);
    const auto flat = std::make_shared<FlatParameters>(module);
    FlatAdam adam(flat, {0.8, 0.9, 0.99, 1e-3});
    for (int i = 1; i <= 3; ++i) adam.step(at::tensor({0.1f * i, -2.0f, 1e-4f}).to(device), 0.01);
    values.push_back(flat->values().cpu());
  }
  EXPECT_TRUE(at::allclose(values[0], values[1], 1e-5, 1e-7)) << values[0] << values[1];
}

TEST(FlatAdam, StateComesBack) {
  const auto flat = std::make_shared<FlatParameters>(std::make_shared<OneVector>());
  FlatAdam adam(flat, {}), other(flat, {});
  const auto gradient = at::tensor({1., -2., 3.}, at::kFloat);
  adam.step(gradient, 0.1);
  Snapshot snapshot;
  adam.save("o/", snapshot);
  other.load("o/", snapshot, "file");
  flat->values().zero_();
  adam.step(gradient * 2, 0.1);
  const auto expected = flat->values().clone();
  flat->values().zero_();
  other.step(gradient * 2, 0.1);
  EXPECT_TRUE(at::equal(flat->values(), expected));
}

TEST(FlatAdam, StateOfAnotherNetworkIsRefused) {
  const auto flat = std::make_shared<FlatParameters>(std::make_shared<OneVector>());
  FlatAdam adam(flat, {});
  Snapshot snapshot;
  adam.save("o/", snapshot);
  snapshot.tensors["o/exp_avg"] = at::zeros({4});
  EXPECT_HAS(error_of([&] { adam.load("o/", snapshot, "file"); }), "o/exp_avg has 4 values, the network has 3");
}

TEST(FlatAverage, MovesTowardsTheParametersAndStepsIn) {
  const auto module = std::make_shared<OneVector>();
  const auto flat = std::make_shared<FlatParameters>(module);
  FlatAverage average(flat);
  flat->values().fill_(8.0);
  average.update(0.75);
  {
    const FlatAverage::Scope scope(average);
    EXPECT_EQ(module->v[1].item<float>(), 2.0f);
  }
  EXPECT_EQ(module->v[1].item<float>(), 8.0f);
  Snapshot snapshot;
  average.save("G_ema/", snapshot);
  EXPECT_EQ(snapshot.tensor("G_ema/v")[2].item<float>(), 2.0f);
  average.update(0.0);
  average.load("G_ema/", snapshot, "file");
  const FlatAverage::Scope scope(average);
  EXPECT_EQ(module->v[0].item<float>(), 2.0f);
}

// As published for BigGAN: e <- e d + s (1 - d) over the whole state.
TEST(FlatAverage, TakesInBuffersIfAskedTo) {
  const at::NoGradGuard no_grad;
  const auto module = std::make_shared<TwoParameters>();
  const auto flat = std::make_shared<FlatParameters>(module);
  FlatAverage plain(flat), average(flat, /*with_buffers=*/true);
  module->count.fill_(8.0), module->b.fill_(15.0);
  {
    const FlatAverage::Scope scope(plain);
    EXPECT_EQ(module->count.item<float>(), 8.0f);
  }
  average.update(0.75);
  Snapshot snapshot;
  average.save("G_ema/", snapshot);
  EXPECT_EQ(snapshot.tensor("G_ema/count").item<float>(), 2.0f);
  EXPECT_EQ(snapshot.tensor("G_ema/b")[0].item<float>(), 9.0f);
  EXPECT_EQ(module->count.item<float>(), 8.0f);
  average.update(0.0);  // during ema_start
  {
    const FlatAverage::Scope scope(average);
    EXPECT_EQ(module->count.item<float>(), 8.0f);
    EXPECT_EQ(module->b[0].item<float>(), 15.0f);
  }
  average.load("G_ema/", snapshot, "file");
  module->count.fill_(3.0);
  const FlatAverage::Scope scope(average);
  EXPECT_EQ(module->count.item<float>(), 2.0f);
}

TEST(FlatAverage, LooksForWhatIsNotFiniteInBuffers) {
  const auto module = std::make_shared<TwoParameters>();
  FlatAverage average(std::make_shared<FlatParameters>(module), /*with_buffers=*/true);
  EXPECT_TRUE(average.finite());
  module->count.fill_(std::nan(""));
  average.update(0.5);
  EXPECT_FALSE(average.finite());
}

TEST(AllFinite, FindsOneBadValueAnywhere) {
  for (const int64_t at : {0, 5, 1000}) {
    for (const double bad : {std::nan(""), -std::numeric_limits<double>::infinity()}) {
      torch::Tensor values = at::full({1001}, 3e38);
      EXPECT_TRUE(all_finite(values));
      values[at] = bad;
      EXPECT_FALSE(all_finite(values));
    }
  }
}

}  // namespace
}  // namespace centigan
