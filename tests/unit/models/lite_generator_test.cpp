#include <gtest/gtest.h>

#include "centigan/core/error.h"
#include "lite_support.h"

namespace centigan {
namespace {

using namespace lite_test;

int64_t lite_parameter_count(const torch::nn::Module& module) {
  int64_t count = 0;
  for (const auto& parameter : module.parameters()) count += parameter.numel();
  return count;
}

ModelConfig quickstart_lite() {
  ModelConfig config;
  config.family = "lite";
  config.resolution = 32;
  return config;
}

// The network written from its formulas: modulated weights a picture, nearest upsampling, loops over the layer table.
at::Tensor naive_picture(const LiteGenerator& generator, const at::Tensor& w, const at::Tensor& seeds) {
  const auto parameters = generator.named_parameters();
  const auto get = [&](const LiteLayer& layer, const char* name) { return parameters[layer.name + "." + name]; };
  at::Tensor x, rgb, gains, wide = w.unsqueeze(0);
  int64_t row = -1;
  for (const LiteLayer& layer : lite_layers(generator.config())) {
    ++row;
    if (layer.op == LiteOp::kMap) continue;
    const double fan_in = layer.cin * (layer.convolves() ? 9.0 : 1.0), w_dim = w.numel();
    const auto weight = layer.cin > 0 ? get(layer, "weight") / std::sqrt(fan_in)
                                      : at::zeros({16 * layer.cout, w.numel()}, w.options()),
               bias = get(layer, "bias");
    const auto gain = (get(layer, "gain_weight") / std::sqrt(w_dim)).matmul(w) + get(layer, "gain_bias");
    if (layer.op == LiteOp::kToRgb) {
      const auto kernel = (weight * gain.unsqueeze(0)).unsqueeze(-1).unsqueeze(-1);
      const auto part = at::conv2d(x, kernel, bias);
      rgb = rgb.defined() ? at::upsample_bilinear2d(rgb, {part.size(2), part.size(3)}, false) + part : part;
      continue;
    }
    at::Tensor scale = gain * std::sqrt(2.0), sum;
    if (layer.op == LiteOp::kStart) {
      sum = weight.matmul(w).view({4, 4, layer.cout}) + get(layer, "const");
      sum = sum.permute({2, 0, 1}).unsqueeze(0);
    } else {
      const auto energy = (weight * gains.view({1, -1, 1, 1})).square().sum({1, 2, 3});
      scale = scale / at::sqrt(energy + 1e-8);
      if (layer.op == LiteOp::kUp3) x = at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
      sum = at::conv2d(x, weight, {}, {1, 1}, {1, 1});
    }
    sum = sum + bias.view({1, -1, 1, 1});
    if (layer.noise) {
      const auto noise = lite_noise(seeds, row, layer.side()).to(w.options());
      sum = sum + noise * get(layer, "noise_strength").view({1, -1, 1, 1});
    }
    x = at::leaky_relu(sum, 0.2) * scale.view({1, -1, 1, 1});
    gains = gain;
  }
  return rgb;
}

TEST(LiteGenerator, CountsParametersAndMacs) {
  const auto generator = make_lite_generator(quickstart_lite(), 1);
  EXPECT_EQ(lite_parameter_count(*generator), 411782);
  EXPECT_EQ(lite_parameter_count(*make_lite_discriminator(quickstart_lite(), 1)), 406017);
  const int64_t macs = lite_macs(lite_layers(quickstart_lite()), 128);
  EXPECT_NEAR(static_cast<double>(macs), 41.5e6, 0.5e6);
}

TEST(LiteGenerator, NamesItsParameters) {
  const auto generator = make_lite_generator(tiny_config(16, true), 1);
  std::string names;
  for (const auto& item : generator->named_parameters()) names += item.key() + " ";
  EXPECT_EQ(names,
            "map0.weight map0.bias map1.weight map1.bias "
            "start.weight start.bias start.const start.gain_weight start.gain_bias "
            "b4_conv0.weight b4_conv0.bias b4_conv0.gain_weight b4_conv0.gain_bias b4_conv0.noise_strength "
            "b8_up.weight b8_up.bias b8_up.gain_weight b8_up.gain_bias b8_up.noise_strength "
            "b8_conv0.weight b8_conv0.bias b8_conv0.gain_weight b8_conv0.gain_bias b8_conv0.noise_strength "
            "b8_rgb.weight b8_rgb.bias b8_rgb.gain_weight b8_rgb.gain_bias "
            "b16_up.weight b16_up.bias b16_up.gain_weight b16_up.gain_bias b16_up.noise_strength "
            "b16_conv0.weight b16_conv0.bias b16_conv0.gain_weight b16_conv0.gain_bias b16_conv0.noise_strength "
            "b16_rgb.weight b16_rgb.bias b16_rgb.gain_weight b16_rgb.gain_bias ");
  EXPECT_EQ(generator->named_buffers().size(), 1u);
}

TEST(LiteGenerator, EqualsTheFormulas) {
  auto uneven = tiny_config(32, true);
  uneven.lite.level_convs = {0, 2, 1}, uneven.lite.start_dense = false;
  for (const auto& config : {tiny_config(16, true), uneven}) {
    LiteGenerator generator(config, 3);
    stir(generator);
    generator.to(at::kDouble);
    const auto ws = normal("ws", {2, 1, 12}).to(at::kDouble), seeds = at::tensor({5, 6}, at::kLong);
    const auto picture = generator.synthesis(ws, {NoiseMode::kRandom, seeds});
    for (int64_t n = 0; n < 2; ++n) {
      const auto expected = naive_picture(generator, ws[n][0], seeds.slice(0, n, n + 1));
      EXPECT_LT((picture[n] - expected[0]).abs().max().item<double>(), 1e-10);
    }
  }
}

TEST(LiteGenerator, MapsWithLeakyLayersOfLowRate) {
  LiteGenerator generator(tiny_config(), 3);
  stir(generator);
  const auto z = normal("z", {3, 12}), parameters = at::Tensor();
  auto x = z;
  for (const char* name : {"map0", "map1"}) {
    const auto named = generator.named_parameters();
    const auto weight = named[std::string(name) + ".weight"] * (0.1 / std::sqrt(12.0));
    x = at::leaky_relu(x.matmul(weight.t()) + named[std::string(name) + ".bias"] * 0.1, 0.2) * std::sqrt(2.0);
  }
  const auto ws = generator.mapping(z, {});
  EXPECT_EQ(ws.sizes(), (std::vector<int64_t>{3, 1, 12}));
  EXPECT_LT((ws.select(1, 0) - x).abs().max().item<double>(), 1e-5);
}

TEST(LiteGenerator, MapsTheClassBesideTheLatent) {
  LiteGenerator generator(with_classes(tiny_config()), 3);
  EXPECT_EQ(generator.shape().c_dim, 3);
  EXPECT_EQ(generator.named_parameters().keys().front(), "embed");
  const auto z = normal("z", {2, 12}), embed = generator.embed();
  const auto expected = at::cat({z, at::stack({embed[2], embed[0]})}, 1);
  EXPECT_TRUE(at::equal(generator.input(z, one_hot({2, 0})), expected));
  const auto same = generator.mapping(z.slice(0, 0, 1).repeat({3, 1}), one_hot({0, 1, 1}));
  EXPECT_TRUE(at::allclose(same[1], same[2], 1e-5, 1e-6));
  EXPECT_GT((same[0] - same[1]).abs().max().item<double>(), 1e-3);
  EXPECT_THROW(generator.mapping(z, {}), Error);
  EXPECT_THROW(generator.mapping(z, one_hot({0, 1}, 4)), Error);
}

TEST(LiteGenerator, TruncatesTowardsTheClass) {
  LiteGenerator generator(with_classes(tiny_config()), 3);
  stir(generator);
  const at::NoGradGuard guard;
  const auto ws = [&](int64_t label, const std::string& z, double psi) {
    const auto c = one_hot({label});
    return generator.truncate(generator.mapping(normal(z, {1, 12}), c), psi, -1, c);
  };
  EXPECT_TRUE(at::allclose(ws(1, "a", 0), ws(1, "b", 0), 0, 1e-6));
  EXPECT_GT((ws(1, "a", 0) - ws(2, "a", 0)).abs().max().item<double>(), 1e-3);
  EXPECT_TRUE(at::allclose(ws(1, "a", 0.5), (ws(1, "a", 0) + ws(1, "a", 1)) / 2, 1e-5, 1e-6));
  const auto soft = generator.truncate(ws(1, "a", 1), 0, -1, (one_hot({1}) + one_hot({2})) / 2);
  EXPECT_TRUE(at::allclose(soft, (ws(1, "a", 0) + ws(2, "a", 0)) / 2, 1e-5, 1e-6));
}

TEST(LiteGenerator, GradientsOfAllParameters) {
  LiteGenerator generator(tiny_config(8, true), 3);
  stir(generator);
  generator.to(at::kDouble);
  const auto z = normal("z", {2, 12}).to(at::kDouble), weight = normal("out", {2, 3, 8, 8}).to(at::kDouble);
  const SynthesisOptions options{NoiseMode::kConst, {}};
  const auto loss = [&] { return (generator.synthesis(generator.mapping(z, {}), options) * weight).sum(); };
  EXPECT_LT(directional_error(generator.parameters(), loss), 1e-6);
}

TEST(LiteGenerator, GradientsOfTheEmbedding) {
  LiteGenerator generator(with_classes(tiny_config(8)), 3);
  stir(generator);
  generator.to(at::kDouble);
  const auto z = normal("z", {2, 12}).to(at::kDouble), weight = normal("out", {2, 3, 8, 8}).to(at::kDouble);
  const auto loss = [&] { return (generator.synthesis(generator.mapping(z, one_hot({2, 0})), {}) * weight).sum(); };
  EXPECT_LT(directional_error({generator.embed()}, loss), 1e-6);
}

TEST(LiteGenerator, FusedPassesGiveThePlainGradients) {
  LiteGenerator fused(tiny_config(), 3), exact(tiny_config(), 3);
  stir(fused), stir(exact);
  exact.to(at::kDouble);
  const auto z = normal("z", {4, 12}), weight = normal("out", {4, 3, 16, 16});
  const auto gradients = [&](LiteGenerator& g, at::ScalarType type) {
    const auto picture = g.synthesis(g.mapping(z.to(type), {}), {NoiseMode::kNone, {}});
    return torch::autograd::grad({(picture * weight.to(type)).sum()}, g.parameters());
  };
  const auto a = gradients(fused, at::kFloat), b = gradients(exact, at::kDouble);
  for (size_t i = 0; i < a.size(); ++i)
    EXPECT_LT((a[i] - b[i]).abs().max().item<double>(), 2e-4 * (1.0 + b[i].abs().max().item<double>())) << i;
}

TEST(LiteGenerator, Bf16StaysNearFloat) {
  auto config = tiny_config(32);
  const auto a = make_lite_generator(config, 3);
  config.precision = "bf16";
  const auto b = make_lite_generator(config, 3);
  const auto z = normal("z", {4, 12});
  const auto picture = a->synthesis(a->mapping(z, {}), {}), half = b->synthesis(b->mapping(z, {}), {});
  const double error = (picture - half).norm().item<double>() / picture.norm().item<double>();
  EXPECT_LT(error, 0.03);
  EXPECT_GT(error, 1e-4);  // bf16 is really in use
}

TEST(LiteGenerator, SecondDerivativesThroughFusedPasses) {
  LiteGenerator fused(tiny_config(8), 3), exact(tiny_config(8), 3);
  exact.to(at::kDouble);
  const auto path_gradient = [&](LiteGenerator& g, at::ScalarType type) {
    const auto ws = normal("ws", {2, 1, 12}).to(type).requires_grad_();
    const auto out = (g.synthesis(ws, {}) * normal("y", {2, 3, 8, 8}).to(type)).sum();
    const auto first = torch::autograd::grad({out}, {ws}, {}, true, true)[0];
    return torch::autograd::grad({first.square().sum()}, {g.units()[4]->weight, g.units().back()->weight});
  };
  const auto a = path_gradient(fused, at::kFloat), b = path_gradient(exact, at::kDouble);
  for (size_t i = 0; i < a.size(); ++i)
    EXPECT_LT((a[i] - b[i]).abs().max().item<double>(), 1e-3 * b[i].abs().max().item<double>()) << i;
}

TEST(LiteGenerator, SameSeedSameBits) {
  const auto a = make_lite_generator(tiny_config(), 3)->parameters(),
             b = make_lite_generator(tiny_config(), 3)->parameters(),
             c = make_lite_generator(tiny_config(), 4)->parameters();
  for (size_t i = 0; i < a.size(); ++i) EXPECT_TRUE(at::equal(a[i], b[i]));
  EXPECT_FALSE(at::equal(a[0], c[0]));
}

TEST(LiteNoise, IsTheRuntimes) {
  const auto noise = lite_noise(at::tensor({int64_t{1}}, at::kLong), 0, 32).flatten() * 32;
  EXPECT_EQ(noise[0].item<float>(), 25.0f);
  EXPECT_EQ(noise[1023].item<float>(), 63.0f);
  const auto other = lite_noise(at::tensor({int64_t{0x0123456789abcdef}}, at::kLong), 1, 16).flatten() * 32;
  EXPECT_EQ(other[100].item<float>(), -47.0f);
}

TEST(LiteNoise, RandomNoiseNeedsSeeds) {
  const auto generator = make_lite_generator(tiny_config(16, true), 3);
  EXPECT_THROW(generator->synthesis(normal("ws", {1, 1, 12}), {}), Error);
}

TEST(LiteConfig, OneNumberOfConvolutionsMeansAllLevels) {
  ModelConfig one = tiny_config(32), each = one, read = one;
  one.lite.level_convs = {2}, each.lite.level_convs = {2, 2, 2};
  const auto names = [](const ModelConfig& config) {
    std::string all;
    for (const LiteLayer& layer : lite_layers(config)) all += layer.name + " ";
    return all;
  };
  EXPECT_EQ(names(one), names(each));
  read_config(ConfigRef(read), "lite.level_convs = 2\n", "a run of before");
  EXPECT_EQ(names(read), names(one));
  each.lite.level_convs = {0, 3, 1};
  EXPECT_EQ(
      names(each),
      "map0 map1 start b4_conv0 b8_up b8_rgb b16_up b16_conv0 b16_conv1 b16_conv2 b16_rgb b32_up b32_conv0 b32_rgb ");
}

TEST(LiteConfig, RefusesWhatTheFormatCannotHold) {
  const auto refused = [](const char* part, auto change) {
    ModelConfig config = tiny_config();
    change(config);
    try {
      check_lite_config(config);
      ADD_FAILURE() << "accepted: " << part;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
      EXPECT_EQ(error.code(), ExitCode::kUsage);
    }
  };
  refused("2 widths do not give 16 px", [](auto& c) { c.lite.widths = {8, 8}; });
  refused("3 widths do not give 24 px", [](auto& c) { c.resolution = 24; });
  refused("model.lite.d_widths", [](auto& c) { c.lite.d_widths = {8, 8, 8, 8}; });
  refused("model.lite.widths: 2000 is out of range", [](auto& c) { c.lite.widths[1] = 2000; });
  refused("model.lite.rgb_first", [](auto& c) { c.lite.rgb_first = 3; });
  refused("model.lite.level_convs", [](auto& c) { c.lite.level_convs = {4}; });
  refused("model.lite.level_convs: 3 numbers for 2 levels", [](auto& c) { c.lite.level_convs = {1, 1, 1}; });
  refused("model.lite.quant.bits: 2 numbers for 10 layers", [](auto& c) { c.lite.quant.bits = {8, 8}; });
  refused("model.lite.quant.bits: 7 bits", [](auto& c) { c.lite.quant.bits = {8, 7, 8, 8, 8, 8, 8, 8, 8, 8}; });
  refused("model.lite.quant.bits: b16_rgb cannot have 4 bits",
          [](auto& c) { c.lite.quant.bits = {8, 8, 8, 8, 8, 8, 8, 8, 8, 4}; });
  refused("model.lite.quant.bits: start cannot have 6 bits",
          [](auto& c) { c.lite.start_dense = false, c.lite.quant.bits = {8, 8, 6, 8, 8, 8, 8, 8, 8, 8}; });
  refused("model.lite.w_dim: differs from z_dim", [](auto& c) { c.lite.mapping_layers = 0, c.lite.w_dim = 8; });
  refused("model.lite.quant.head_bits: 5 bits", [](auto& c) { c.lite.quant.head_bits = 5; });
  refused("model.channels", [](auto& c) { c.channels = 4; });
  refused("model.classes: 65536", [](auto& c) { c.classes = 65536; });
  refused("model.lite.embed_dim: is too large", [](auto& c) { c.classes = 2, c.lite.embed_dim = 1013; });
  refused("model.lite.w_dim: differs from z_dim and embed_dim",
          [](auto& c) { c.classes = 2, c.lite.mapping_layers = 0; });
}

}  // namespace
}  // namespace centigan
