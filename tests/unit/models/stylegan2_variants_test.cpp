// What can be chosen beside the published defaults. Their values are compared with an independent implementation in
// tests/python/official_test.py.
#include <set>

#include "stylegan2_support.h"

namespace centigan {
namespace {

std::set<std::string> names_of(const torch::nn::Module& network) {
  std::set<std::string> names;
  for (const auto& item : network.named_parameters()) names.insert(item.key());
  return names;
}

// Names of `network` that end in one of the parts, without block.
std::set<std::string> blocks_with(const torch::nn::Module& network, const std::string& end) {
  std::set<std::string> blocks;
  for (const std::string& name : names_of(network))
    if (name_ends(name, end)) blocks.insert(name.substr(0, name.size() - end.size()));
  return blocks;
}

ModelConfig with_architecture(const std::string& g, const std::string& d) {
  ModelConfig config = small_stylegan2();
  config.stylegan2.g_architecture = g, config.stylegan2.d_architecture = d;
  return config;
}

using Names = std::set<std::string>;

TEST(StyleGan2Architecture, NamesOfTheGenerator) {
  const Names all = {"synthesis.b4", "synthesis.b8", "synthesis.b16", "synthesis.b32"}, last = {"synthesis.b32"};
  const Names later = {"synthesis.b8", "synthesis.b16", "synthesis.b32"};
  for (const char* architecture : {"skip", "orig", "resnet"}) {
    const auto g = make_generator(with_architecture(architecture, "resnet"), 1);
    const bool skip = std::string(architecture) == "skip", resnet = std::string(architecture) == "resnet";
    EXPECT_EQ(blocks_with(*g, ".torgb.weight"), skip ? all : last) << architecture;
    EXPECT_EQ(blocks_with(*g, ".skip.weight"), resnet ? later : Names{}) << architecture;
    EXPECT_EQ(blocks_with(*g, ".skip.bias"), Names{});
    EXPECT_EQ(g->named_buffers().contains("synthesis.b8.skip.resample_filter"), resnet);
    EXPECT_EQ(g->shape().num_ws, 8);
  }
}

TEST(StyleGan2Architecture, NamesOfTheDiscriminator) {
  for (const char* architecture : {"skip", "orig", "resnet"}) {
    const auto d = make_discriminator(with_architecture("skip", architecture), 1);
    const bool skip = std::string(architecture) == "skip", resnet = std::string(architecture) == "resnet";
    EXPECT_EQ(blocks_with(*d, ".fromrgb.weight"), skip ? Names({"b4", "b8", "b16", "b32"}) : Names{"b32"});
    EXPECT_EQ(blocks_with(*d, ".skip.weight"), resnet ? Names({"b8", "b16", "b32"}) : Names{}) << architecture;
  }
}

TEST(StyleGan2Architecture, EachTrains) {
  for (const char* architecture : {"skip", "orig", "resnet"}) {
    const ModelConfig config = with_architecture(architecture, architecture);
    const auto g = filled_generator(config);
    const auto d = filled_discriminator(config);
    const at::Tensor images = g->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
    at::softplus(-d->forward(images, {})).mean().backward();
    for (const auto& network : {static_cast<torch::nn::Module*>(g.get()), static_cast<torch::nn::Module*>(d.get())})
      for (const auto& item : network->named_parameters())
        EXPECT_TRUE(item.value().grad().defined() && item.value().grad().norm().item<double>() > 0) << item.key();
  }
}

TEST(StyleGan2Sizes, EveryResolutionAndChannelCount) {
  const torch::NoGradGuard no_grad;
  for (int64_t r = 4; r <= 64; r *= 2) {
    for (const int64_t channels : {1, 3, 4}) {
      ModelConfig config = small_stylegan2();
      config.resolution = r, config.channels = channels;
      const auto g = make_generator(config, 3);
      EXPECT_EQ(g->shape().num_ws, 2 * static_cast<int64_t>(std::log2(r)) - 2);
      const at::Tensor images = g->forward(filler("z", {2, 64}), {}, 1, with_noise(NoiseMode::kConst));
      EXPECT_EQ(images.sizes(), (at::IntArrayRef{2, channels, r, r}));
      EXPECT_EQ(make_discriminator(config, 3)->forward(images, {}).sizes(), (at::IntArrayRef{2, 1}));
    }
  }
}

TEST(StyleGan2Sizes, PicturesOfAnyShape) {
  for (const char* architecture : {"skip", "orig", "resnet"}) {
    ModelConfig config = with_architecture(architecture, architecture);
    config.stylegan2.base_height = 4, config.stylegan2.base_width = 6;
    EXPECT_EQ(picture_height(config), 32);
    EXPECT_EQ(picture_width(config), 48);
    const auto g = make_generator(config, 3);
    SynthesisOptions random;
    random.noise_seeds = at::arange(4, at::kLong);
    const at::Tensor images = g->forward(known_z(), {}, 1, random);
    EXPECT_EQ(images.sizes(), (at::IntArrayRef{4, 3, 32, 48}));
    EXPECT_EQ(g->named_buffers()["synthesis.b16.conv0.noise_const"].sizes(), (at::IntArrayRef{16, 24}));
    make_discriminator(config, 3)->forward(images, {}).sum().backward();
    EXPECT_GT(g->named_parameters()["synthesis.b4.const"].grad().norm().item<double>(), 0);
  }
}

// A wide picture is not a square one squashed: away from its ends the same layers see the same surroundings.
TEST(StyleGan2Sizes, AnotherShapeHasTheSameLayers) {
  const torch::NoGradGuard no_grad;
  ModelConfig square = small_stylegan2(), wide = square;
  wide.stylegan2.base_width = 8;
  EXPECT_EQ(names_of(*make_generator(square, 1)), names_of(*make_generator(wide, 1)));
  EXPECT_EQ(names_of(*make_discriminator(square, 1)), names_of(*make_discriminator(wide, 1)));
}

TEST(StyleGan2Precision, Float16InTheHighestResolutions) {
  const torch::NoGradGuard no_grad;
  ModelConfig config = small_stylegan2();
  config.stylegan2.conv_clamp = 256;
  const auto exact_g = filled_generator(config);
  const auto exact_d = filled_discriminator(config);
  const at::Tensor exact = exact_g->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
  const at::Tensor logits = exact_d->forward(exact, {});
  double before = 0;
  config.precision = "fp16";
  for (int64_t count = 0; count <= 4; ++count) {
    config.stylegan2.num_fp16_res = count;
    const at::Tensor half = filled_generator(config)->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
    EXPECT_EQ(half.scalar_type(), at::kFloat);
    const double error = ((half - exact).norm() / exact.norm()).item<double>();
    EXPECT_LT(error, 1e-2) << count;
    EXPECT_EQ(error == 0, count == 0) << count;
    EXPECT_EQ(error == before, count == 0 || count == 4) << count;  // 4 px stays float32
    before = error;
    const at::Tensor scores = filled_discriminator(config)->forward(exact, {});
    EXPECT_LT((scores - logits).abs().max().item<double>(), 2e-2) << count;
    EXPECT_EQ(at::equal(scores, logits), count == 0) << count;
  }
}

TEST(StyleGan2FreezeD, CountsFromThePicture) {
  const std::map<std::string, std::vector<std::string>> order = {
      {"resnet", {"b32.fromrgb", "b32.conv0", "b32.conv1", "b32.skip", "b16.conv0", "b16.conv1", "b16.skip"}},
      {"orig", {"b32.fromrgb", "b32.conv0", "b32.conv1", "b16.conv0", "b16.conv1", "b8.conv0", "b8.conv1"}},
      {"skip", {"b32.fromrgb", "b32.conv0", "b32.conv1", "b16.fromrgb", "b16.conv0", "b16.conv1", "b8.fromrgb"}}};
  for (const auto& [architecture, layers] : order) {
    const auto d = make_discriminator(with_architecture("skip", architecture), 1);
    d->freeze(static_cast<int64_t>(layers.size()));
    for (const auto& item : d->named_parameters()) {
      const std::string layer = item.key().substr(0, item.key().rfind('.'));
      const bool frozen = std::find(layers.begin(), layers.end(), layer) != layers.end();
      EXPECT_EQ(item.value().requires_grad(), !frozen) << item.key();
    }
  }
}

TEST(StyleGan2FreezeD, AllButTheLastBlockCanFreeze) {
  for (const char* architecture : {"skip", "orig", "resnet"}) {
    const ModelConfig config = with_architecture("skip", architecture);
    for (const int64_t spared : {0, 1}) {
      const auto d = make_discriminator(config, 1);
      d->freeze(freezable_layers(config) - spared);
      Names trained;
      for (const auto& item : d->named_parameters())
        if (item.value().requires_grad()) trained.insert(item.key().substr(0, item.key().find('.')));
      EXPECT_EQ(trained, spared ? Names({"b4", "b8"}) : Names{"b4"}) << architecture;
    }
  }
  ModelConfig lite = small_stylegan2();
  lite.family = "lite";
  EXPECT_EQ(freezable_layers(lite), 0);
}

}  // namespace
}  // namespace centigan
