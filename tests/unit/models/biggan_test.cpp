#include "centigan/models/biggan.h"

#include <algorithm>
#include <sstream>

#include <torch/csrc/autograd/autograd.h>

#include "biggan/layers.h"
#include "biggan_names.h"
#include "biggan_support.h"

namespace centigan {
namespace {

std::string names_of(const torch::nn::Module& network) {
  std::ostringstream text;
  for (const auto& [name, tensor] : state_of(network)) {
    std::string shape = c10::str(tensor.sizes());
    shape.erase(std::remove(shape.begin(), shape.end(), ' '), shape.end());
    text << "\n" << name << " " << shape;
  }
  return text.str() + "\n";
}

ModelConfig unconditional_biggan() {
  ModelConfig config = hierarchical_biggan();
  config.classes = 0, config.resolution = 32;
  return config;
}

template <class Change>
void expect_no_biggan(const Change& change, const std::string& field, const std::string& hint) {
  ModelConfig config = cifar_biggan();
  change(config);
  expect_models_error([&] { check_model_config(config); }, "model." + field, ExitCode::kUsage);
  expect_models_error([&] { check_model_config(config); }, hint, ExitCode::kUsage);
}

TEST(BigGanConfig, RefusesWhatDoesNotFit) {
  expect_no_biggan([](ModelConfig& c) { c.resolution = 16; }, "resolution: '16' does not fit biggan", "32, 64, 128");
  expect_no_biggan([](ModelConfig& c) { c.resolution = 512; }, "resolution: '512' does not fit", "128 or 256");
  expect_no_biggan([](ModelConfig& c) { c.precision = "fp16"; }, "precision: 'fp16'", "it takes float32, bf16 or auto");
  expect_no_biggan([](ModelConfig& c) { c.stylegan2.base_width = 6; }, "stylegan2.base_width", "biggan draws square");
  expect_no_biggan([](ModelConfig& c) { c.biggan.g_ch = 0; }, "biggan.g_ch: '0'", "it must be from 1 to 1024");
  expect_no_biggan([](ModelConfig& c) { c.biggan.d_ch = 2000; }, "biggan.d_ch: '2000'", "it must be from 1 to 1024");
  expect_no_biggan([](ModelConfig& c) { c.biggan.dim_z = 0; }, "biggan.dim_z: '0'", "it must be from 1 to 8192");
  expect_no_biggan([](ModelConfig& c) { c.biggan.shared_dim = -1; }, "biggan.shared_dim: '-1'", "from 0 to 8192");
  for (const char* text : {"", "_", "64_", "-4", "64,32"})
    expect_no_biggan([&](ModelConfig& c) { c.biggan.g_attn = text; }, "biggan.g_attn: '", "it lists resolutions");
  expect_no_biggan([](ModelConfig& c) { c.biggan.d_attn = "16", c.biggan.d_ch = 1; }, "biggan.d_attn: '16'",
                   "self-attention needs 8 channels, and that block has 4");
  expect_no_biggan([](ModelConfig& c) { c.biggan.hier = true; }, "biggan.hier: 'true'", "g_shared = true");
  expect_no_biggan([](ModelConfig& c) { c.classes = 0; }, "biggan.hier: 'false'", "model.biggan.hier = true");
  expect_no_biggan([](ModelConfig& c) { c.biggan.init = "orto"; }, "biggan.init: 'orto'", "did you mean ortho?");
  expect_no_biggan([](ModelConfig& c) { c.biggan.sn_eps = 0; }, "biggan.sn_eps: '0'", "above 0 and below 1");
  expect_no_biggan([](ModelConfig& c) { c.biggan.bn_eps = 1; }, "biggan.bn_eps: '1'", "above 0 and below 1");
  expect_no_biggan([](ModelConfig& c) { c.biggan.eval_stats = "run"; }, "biggan.eval_stats: 'run'", "running or batch");
  ModelConfig few = hierarchical_biggan();
  few.biggan.dim_z = 4;
  expect_models_error([&] { check_model_config(few); }, "it must be from 5 to 8192", ExitCode::kUsage);
}

TEST(BigGan, NamesOfTheRelease) {
  EXPECT_EQ(names_of(*make_generator(cifar_biggan(), 1)), kCifarGeneratorNames);
  EXPECT_EQ(names_of(*make_discriminator(cifar_biggan(), 1)), kCifarDiscriminatorNames);
  EXPECT_EQ(names_of(*make_generator(hierarchical_biggan(), 1)), kHierarchicalGeneratorNames);
  EXPECT_EQ(names_of(*make_discriminator(hierarchical_biggan(), 1)), kHierarchicalDiscriminatorNames);
}

TEST(BigGan, ShapesAndStyleVectors) {
  const auto g = make_generator(hierarchical_biggan(), 1);
  EXPECT_EQ(g->shape().z_dim, 20);  // five parts of four
  const at::Tensor z = filler("z", {3, 20}), c = biggan_labels({4, 0, 2}, 5);
  const at::Tensor ws = g->mapping(z, c);
  EXPECT_EQ(ws.sizes(), (at::IntArrayRef{3, 5, 10}));
  for (int64_t row = 0; row < 5; ++row) {
    EXPECT_TRUE(at::equal(ws.select(1, row).narrow(1, 0, 6)[1], state_of(*g).at("shared.weight")[0]));  // label first
    EXPECT_TRUE(at::equal(ws.select(1, row).narrow(1, 6, 4), z.narrow(1, 4 * row, 4)));
  }
  EXPECT_EQ(make_generator(cifar_biggan(), 1)->mapping(biggan_z(), biggan_labels()).sizes(),
            (at::IntArrayRef{4, 1, 26}));
}

TEST(BigGan, EveryResolution) {
  const torch::NoGradGuard no_grad;
  for (const int64_t r : {32, 64, 128, 256}) {
    ModelConfig config = hierarchical_biggan();
    config.resolution = r, config.biggan.g_ch = 4;
    const auto g = make_generator(config, 1);
    const at::Tensor c = biggan_labels({4, 0}, 5);
    const at::Tensor images = g->forward(filler("z", {2, g->shape().z_dim}), c, 1.0, {});
    EXPECT_EQ(images.sizes(), (at::IntArrayRef{2, 3, r, r}));
    EXPECT_EQ(make_discriminator(config, 1)->forward(images, c).sizes(), (at::IntArrayRef{2, 1}));
  }
}

TEST(BigGan, NarrowDiscriminatorBlocks) {
  ModelConfig config = hierarchical_biggan();
  config.biggan.d_wide = false;
  const auto state = state_of(*make_discriminator(config, 1));
  EXPECT_EQ(state.at("blocks.1.0.conv1.weight").sizes(), (at::IntArrayRef{8, 8, 3, 3}));
  EXPECT_EQ(state.at("blocks.1.0.conv2.weight").sizes(), (at::IntArrayRef{16, 8, 3, 3}));
}

TEST(BigGan, AttentionAt32PxFollowsTheListedResolutions) {
  ModelConfig config = hierarchical_biggan();
  config.resolution = 32;
  const auto state = state_of(*make_discriminator(config, 1));
  for (const char* block : {"0", "1", "2", "3"})
    EXPECT_EQ(state.count(std::string("blocks.") + block + ".1.gamma"), 1u);
}

TEST(BigGan, WithoutClasses) {
  const torch::NoGradGuard no_grad;
  const auto g = make_generator(unconditional_biggan(), 1);
  const auto d = make_discriminator(unconditional_biggan(), 1);
  EXPECT_EQ(state_of(*g).count("shared.weight") + state_of(*d).count("embed.weight"), 0u);
  EXPECT_EQ(state_of(*g).at("blocks.0.0.bn1.gain.weight").size(1), 5);
  const at::Tensor images = g->forward(filler("z", {2, 20}), {}, 1.0, {});
  EXPECT_EQ(d->forward(images, {}).sizes(), (at::IntArrayRef{2, 1}));
}

TEST(BigGan, LabelsMatter) {
  const torch::NoGradGuard no_grad;
  const ModelConfig config = hierarchical_biggan();
  const auto g = known_biggan_g(config);
  const auto d = known_biggan_d(config);
  g->eval(), d->eval();
  const at::Tensor z = filler("z", {2, 20}), c = biggan_labels({4, 0}, 5), other = biggan_labels({1, 0}, 5);
  const at::Tensor images = g->forward(z, c, 1.0, {}), others = g->forward(z, other, 1.0, {});
  EXPECT_FALSE(at::allclose(images[0], others[0], 1e-3, 1e-3));
  EXPECT_TRUE(at::allclose(images[1], others[1], 1e-5, 1e-5));
  EXPECT_NE(d->forward(images, c)[0].item<float>(), d->forward(images, other)[0].item<float>());
  expect_models_error([&] { g->mapping(z, {}); }, "labels: must be [N,5]", ExitCode::kFailed);
  expect_models_error([&] { d->forward(images, z); }, "labels: must be [N,5]", ExitCode::kFailed);
}

TEST(BigGan, TruncationScalesTheLatentOnly) {
  const torch::NoGradGuard no_grad;
  const auto g = make_generator(hierarchical_biggan(), 1);
  const at::Tensor z = filler("z", {2, 20}), c = biggan_labels({4, 0}, 5);
  const at::Tensor ws = g->mapping(z, c);
  EXPECT_TRUE(at::allclose(g->truncate(ws, 0.5), g->mapping(z * 0.5, c)));
  EXPECT_TRUE(at::equal(g->truncate(ws, 0.5, 2).narrow(1, 2, 3), ws.narrow(1, 2, 3)));
  g->track_w(ws, 0.9);
  EXPECT_EQ(g->w_avg().abs().sum().item<float>(), 0.0f);
}

// Against the same from stock operators, with u and v constant, to both orders.
TEST(BigGan, GradientOfANormalisedWeight) {
  SpectralLayer layer(LayerInit(1, "layer", "xavier"), {4, 3, 3, 3}, false, 1e-8);
  layer.to(at::kDouble), layer.eval();
  const at::Tensor weight = layer.parameter();
  const SpectralStep step = spectral_step(weight.flatten(1), state_of(layer).at("u0"), 1e-8);
  const auto gradients = [&](const at::Tensor& normalised) {
    const at::Tensor first = torch::autograd::grad({normalised.pow(3).sum()}, {weight}, {}, true, true)[0];
    return std::pair(first.detach(), torch::autograd::grad({first.square().sum()}, {weight})[0]);
  };
  const auto [first, second] = gradients(layer.weight());
  const auto [wanted_first, wanted_second] = gradients(weight / step.sigma);
  EXPECT_TRUE(at::allclose(first, wanted_first, 1e-9, 1e-12));
  EXPECT_TRUE(at::allclose(second, wanted_second, 1e-9, 1e-12));
  EXPECT_TRUE(
      at::allclose(torch::autograd::grad({layer.weight().pow(3).sum()}, {weight})[0], wanted_first, 1e-9, 1e-12));
}

// A hook sees the maps of two convolutions a block, but those of the last block, before their bias.
TEST(BigGan, DiscriminatorShowsItsLayers) {
  const torch::NoGradGuard no_grad;
  const auto d = std::dynamic_pointer_cast<LayeredDiscriminator>(known_biggan_d());
  ASSERT_TRUE(d);
  d->eval();
  const at::Tensor images = biggan_reals(), plain = d->forward(images, biggan_labels());
  std::vector<int64_t> sides;
  const auto maps = d->maps(images, false, [&](const at::Tensor& map) {
    sides.push_back(map.size(2));
    return map;
  });
  EXPECT_EQ(sides, (std::vector<int64_t>{32, 32, 16, 16, 8, 8}));
  const at::Tensor features = d->features(maps, false);
  EXPECT_EQ(features.sizes(), (at::IntArrayRef{4, d->feature_size()}));
  EXPECT_TRUE(at::allclose(d->score(features, biggan_labels()), plain, 1e-5, 1e-4));
  const auto bias = state_of(*d).at("blocks.0.0.conv1.bias");
  int64_t calls = 0;
  const auto without = d->maps(images, false, [&](const at::Tensor& map) {
    return calls++ == 0 ? map - bias.view({1, -1, 1, 1}) : map;
  });
  EXPECT_FALSE(at::allclose(without.x, maps.x, 1e-3, 1e-3));
}

TEST(BigGan, AttentionIsASoftmaxOverPooledKeys) {
  const torch::NoGradGuard no_grad;
  const auto layer = biggan_filled(std::make_shared<SelfAttention>(LayerInit(1, "a", "N02"), 16, 1e-8));
  layer->to(at::kDouble), layer->eval();
  const at::Tensor x = filler("x", {1, 16, 4, 4}).to(at::kDouble);
  const auto projected = [&](const std::string& name, const at::Tensor& map) {
    const at::Tensor weight = state_of(*layer).at(name + ".weight").flatten(1);
    const double sigma = spectral_step(weight, state_of(*layer).at(name + ".u0"), 1e-8).sigma.item<double>();
    return weight.matmul(map.flatten(2)[0]) / sigma;
  };
  const auto pooled = [&](const at::Tensor& map) { return at::amax(map.view({-1, 2, 2, 2, 2}), {2, 4}).flatten(1); };
  const at::Tensor q = projected("theta", x), k = pooled(projected("phi", x)), v = pooled(projected("g", x));
  at::Tensor seen = at::zeros({1, 8, 16}, at::kDouble);
  for (int64_t pixel = 0; pixel < 16; ++pixel) {
    const at::Tensor e = (q.select(1, pixel).unsqueeze(1) * k).sum(0).exp();
    seen[0].select(1, pixel).copy_((v * (e / e.sum())).sum(1));
  }
  const at::Tensor expected = 0.5 * projected("o", seen).view_as(x) + x;
  EXPECT_TRUE(at::allclose(layer->forward(x), expected, 1e-9, 1e-9));
  state_of(*layer).at("gamma").zero_();
  EXPECT_TRUE(at::equal(layer->forward(x), x));
}

TEST(BigGan, FirstWeights) {
  ModelConfig config = cifar_biggan();
  const auto first = [&](const char* init, uint64_t seed) {
    config.biggan.init = init;
    return state_of(*make_generator(config, seed));
  };
  const at::Tensor ortho = first("ortho", 1).at("blocks.0.0.conv1.weight").flatten(1);
  EXPECT_TRUE(at::allclose(ortho.matmul(ortho.t()), at::eye(16), 1e-4, 1e-5));
  const at::Tensor tall = first("ortho", 1).at("linear.weight");
  EXPECT_TRUE(at::allclose(tall.t().matmul(tall), at::eye(16), 1e-4, 1e-5));
  EXPECT_NEAR(deviation_of(first("N02", 1).at("linear.weight")), 0.02, 0.001);
  EXPECT_NEAR(first("xavier", 1).at("linear.weight").abs().max().item<double>(), std::sqrt(6.0 / (256 + 16)), 0.001);
  const auto state = first("N02", 1);
  EXPECT_NEAR(state.at("linear.bias").abs().max().item<double>(), 0.25, 0.01);  // 1 / sqrt(16 inputs)
  EXPECT_NEAR(deviation_of(state.at("linear.u0")), 1.0, 0.15);
  EXPECT_TRUE(at::equal(state.at("output_layer.0.gain"), at::ones({16})));
  EXPECT_TRUE(at::equal(state.at("linear.weight"), first("N02", 1).at("linear.weight")));
  EXPECT_FALSE(at::equal(state.at("linear.weight"), first("N02", 2).at("linear.weight")));
}

// As CIFAR numbers were published: the pictures of a training pass, and nothing is kept.
TEST(BigGan, DrawsWithTheStatisticsOfTheBatch) {
  const torch::NoGradGuard no_grad;
  ModelConfig config = cifar_biggan();
  config.biggan.eval_stats = "batch";
  const auto drawing = known_biggan_g(config), training = known_biggan_g();
  drawing->eval();
  const at::Tensor image = biggan_image(*drawing);
  EXPECT_TRUE(at::equal(image, biggan_image(*training)));
  EXPECT_TRUE(at::equal(image, biggan_image(*drawing)));
  for (const auto& [name, tensor] : state_of(*drawing))
    EXPECT_TRUE(at::equal(tensor, biggan_filled_like(name, tensor))) << name;
}

// In bfloat16 to its rounding; R1's exact look is in float32.
TEST(BigGan, ComputesInHalfTypesIfAskedTo) {
  const torch::NoGradGuard no_grad;
  ModelConfig half = cifar_biggan();
  half.precision = "bf16";
  const auto g = known_biggan_g(half), exact_g = known_biggan_g();
  const auto d = known_biggan_d(half), exact_d = known_biggan_d();
  g->eval(), exact_g->eval(), d->eval(), exact_d->eval();
  const at::Tensor image = biggan_image(*g);
  EXPECT_EQ(image.scalar_type(), at::kFloat);
  EXPECT_LT((image - biggan_image(*exact_g)).abs().max().item<double>(), 0.1);
  EXPECT_FALSE(at::equal(image, biggan_image(*exact_g)));
  const at::Tensor want = exact_d->forward(biggan_reals(), biggan_labels());
  EXPECT_TRUE(at::allclose(d->forward(biggan_reals(), biggan_labels()), want, 2e-2, 2e-1));
  EXPECT_TRUE(at::equal(d->forward(biggan_reals(), biggan_labels(), /*exact=*/true), want));
}

TEST(BigGan, StandingStatisticsAreMeansOverPasses) {
  const torch::NoGradGuard no_grad;
  const std::vector<std::pair<at::Tensor, at::Tensor>> batches = {{biggan_z(), biggan_labels()},
                                                                  {filler("y", {4, 16}), biggan_labels()}};
  const auto standing = known_biggan_g(), plain = known_biggan_g();
  standing->eval();
  set_standing_statistics(*standing, batches);
  EXPECT_FALSE(standing->is_training());
  const at::Tensor stored_mean = state_of(*plain).at("blocks.0.0.bn1.stored_mean");
  const at::Tensor stored_var = state_of(*plain).at("blocks.0.0.bn1.stored_var");
  at::Tensor mean = at::zeros({16}), var = at::zeros({16});
  for (const auto& [z, c] : batches) {
    stored_mean.zero_(), stored_var.zero_();
    plain->forward(z, c, 1.0, {});                                                   // keeps a tenth of this batch's
    mean += stored_mean * (10 / 2.0), var += stored_var * (10 / 2.0) * (63 / 64.0);  // biased
  }
  EXPECT_TRUE(at::allclose(state_of(*standing).at("blocks.0.0.bn1.stored_mean"), mean, 1e-4, 1e-5));
  EXPECT_TRUE(at::allclose(state_of(*standing).at("blocks.0.0.bn1.stored_var"), var, 1e-4, 1e-5));
  EXPECT_TRUE(at::equal(state_of(*standing).at("linear.u0"), state_of(*plain).at("linear.u0")));
}

}  // namespace
}  // namespace centigan
