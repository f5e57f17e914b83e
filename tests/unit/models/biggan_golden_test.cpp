// Numbers from the PyTorch release of BigGAN, on networks filled by a counter hash.
#include "biggan/layers.h"
#include "biggan_support.h"

namespace centigan {
namespace {

using at::indexing::Slice;

constexpr double kPixelTolerance = 2e-5;

void expect_logits(const at::Tensor& logits, const std::vector<double>& golden) {
  ASSERT_EQ(logits.sizes(), (at::IntArrayRef{static_cast<int64_t>(golden.size()), 1}));
  expect_values(logits / at::tensor(golden, at::kDouble).view({-1, 1}), std::vector<double>(golden.size(), 1.0), 1e-5);
}

void expect_gradient_norms(const torch::nn::Module& network, const std::map<std::string, double>& golden) {
  const auto state = state_of(network);
  for (const auto& [name, norm] : golden)
    EXPECT_NEAR(state.at(name).grad().norm().item<double>() / norm, 1.0, 1e-4) << name;
}

TEST(BigGanGolden, SpectralStep) {
  const at::Tensor weight = filler("W", {3, 5}), u = filler("u", {1, 3});
  const SpectralStep step = spectral_step(weight, u, 1e-8);
  EXPECT_NEAR(step.sigma.item<double>(), 2.3612084, 1e-6);
  expect_values(step.u, {0.9875911, -0.0306352, 0.1540302}, 1e-6);
  expect_values(step.v, {0.6004992, -0.0289668, 0.2714196, -0.5164529, 0.5460489}, 1e-6);
  expect_values((weight / step.sigma)[0], {0.5022210, -0.2951394, 0.4757161, -0.4670435, 0.5624658}, 1e-6);
  SpectralStep later = spectral_step(weight, step.u, 1e-8);
  EXPECT_NEAR(later.sigma.item<double>(), 2.4825590, 1e-6);
  for (int i = 0; i < 200; ++i) later = spectral_step(weight, later.u, 1e-8);
  EXPECT_NEAR(later.sigma.item<double>(), 2.6933939, 1e-5);
}

TEST(BigGanGolden, ImageWithRunningStatistics) {
  const torch::NoGradGuard no_grad;
  const auto g = known_biggan_g();
  g->eval();
  const at::Tensor image = biggan_image(*g);
  EXPECT_NEAR(mean_of(image), -0.012518, kPixelTolerance);
  EXPECT_NEAR(deviation_of(image), 0.246051, kPixelTolerance);
  expect_values(image.index({0, Slice(), 0, 0}), {-0.1403957, -0.2585664, 0.5145392}, kPixelTolerance);
  for (const auto& [name, tensor] : state_of(*g)) EXPECT_TRUE(at::equal(tensor, biggan_filled_like(name, tensor)));
}

TEST(BigGanGolden, FirstTrainingPass) {
  const torch::NoGradGuard no_grad;
  const auto g = known_biggan_g();
  const at::Tensor image = biggan_image(*g);
  EXPECT_NEAR(mean_of(image), -0.260349, kPixelTolerance);
  EXPECT_NEAR(deviation_of(image), 0.461771, kPixelTolerance);
  expect_values(image.index({0, Slice(), 0, 0}), {0.0958097, -0.2934813, 0.4381868}, kPixelTolerance);
  const auto state = state_of(*g);
  expect_values(state.at("linear.sv0"), {15.346485}, 2e-4);
  expect_values(state.at("blocks.0.0.conv1.sv0"), {12.773421}, 2e-4);
  expect_values(state.at("output_layer.2.sv0"), {12.100935}, 2e-4);
  expect_values(state.at("blocks.0.0.bn1.stored_mean").narrow(0, 0, 2), {-0.0517464, 0.0043156}, 1e-6);
  expect_values(state.at("blocks.0.0.bn1.stored_var").narrow(0, 0, 2), {0.5372338, 1.0393138}, 1e-6);
}

TEST(BigGanGolden, Logits) {
  const torch::NoGradGuard no_grad;
  const auto d = known_biggan_d();
  const std::vector<double> first = {16.1914673, 23.8213310, 21.6722069, 24.7577248};
  d->eval();
  for (int i = 0; i < 2; ++i) expect_logits(d->forward(biggan_reals(), biggan_labels()), first);
  d->train();
  expect_logits(d->forward(biggan_reals(), biggan_labels()), first);
  expect_values(state_of(*d).at("embed.sv0"), {4.292363}, 1e-4);
  expect_values(state_of(*d).at("blocks.0.0.conv1.sv0"), {6.826571}, 1e-4);
  expect_logits(d->forward(biggan_reals(), biggan_labels()), {14.7802706, 21.5238018, 18.9075375, 22.0634689});
}

TEST(BigGanGolden, HingeOnJoinedPictures) {
  const auto g = known_biggan_g();
  const auto d = known_biggan_d();
  at::Tensor fakes;
  {
    const torch::NoGradGuard no_grad;
    fakes = biggan_image(*g);
    state_of(*d).at("linear.bias").fill_(-20);
  }
  const at::Tensor labels = at::cat({biggan_labels(), biggan_labels()});
  const at::Tensor logits = d->forward(at::cat({fakes, biggan_reals()}), labels);
  const std::vector<double> golden = {-6.7831240, 7.1381526, 4.7951927, 9.0752211,
                                      -3.6422007, 3.9876623, 1.8385420, 4.9240561};
  expect_values(logits, golden, 3e-4);  // of about 20 before the bias
  const at::Tensor real = (1 - logits.narrow(0, 4, 4)).relu().mean(), fake = (1 + logits.narrow(0, 0, 4)).relu().mean();
  EXPECT_NEAR(real.item<double>(), 1.1605501, 1e-4);
  EXPECT_NEAR(fake.item<double>(), 6.0021415, 1e-4);
  (real + fake).backward();
  expect_gradient_norms(*d, {{"blocks.0.0.conv1.weight", 2.697419},
                             {"blocks.1.0.conv_sc.weight", 7.595114},
                             {"linear.weight", 6.827215},
                             {"embed.weight", 7.919675}});
}

TEST(BigGanGolden, GradientsOfTheGenerator) {
  const auto g = known_biggan_g();
  const auto d = known_biggan_d();
  const at::Tensor loss = -d->forward(biggan_image(*g), biggan_labels()).mean();
  EXPECT_NEAR(loss.item<double>(), -23.390030, 3e-4);
  loss.backward();
  expect_gradient_norms(*g, {{"linear.weight", 5.860298e-1},
                             {"blocks.0.0.conv1.weight", 7.479262e-1},
                             {"blocks.0.0.bn1.gain.weight", 7.860165e-1},
                             {"output_layer.0.gain", 2.681890},
                             {"output_layer.2.weight", 2.300769}});
}

}  // namespace
}  // namespace centigan
