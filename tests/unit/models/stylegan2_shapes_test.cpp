#include <map>

#include "stylegan2_support.h"

namespace centigan {
namespace {

using Shapes = std::map<std::string, std::vector<int64_t>>;

Shapes parameter_shapes(const torch::nn::Module& network) {
  Shapes shapes;
  for (const auto& item : network.named_parameters()) shapes[item.key()] = item.value().sizes().vec();
  return shapes;
}

Shapes buffer_shapes(const torch::nn::Module& network) {
  Shapes shapes;
  for (const auto& item : network.named_buffers()) shapes[item.key()] = item.value().sizes().vec();
  return shapes;
}

int64_t count_values(const Shapes& shapes) {
  int64_t count = 0;
  for (const auto& [name, shape] : shapes) count += c10::multiply_integers(shape);
  return count;
}

void add_layer(Shapes& parameters, Shapes& buffers, const std::string& name, int64_t in, int64_t out, int64_t r) {
  parameters[name + ".weight"] = {out, in, 3, 3};
  parameters[name + ".noise_strength"] = {};
  parameters[name + ".bias"] = {out};
  parameters[name + ".affine.weight"] = {in, 64};
  parameters[name + ".affine.bias"] = {in};
  buffers[name + ".resample_filter"] = {4, 4};
  buffers[name + ".noise_const"] = {r, r};
}

TEST(StyleGan2Names, OfTheGenerator) {
  Shapes parameters{{"synthesis.b4.const", {32, 4, 4}}}, buffers{{"mapping.w_avg", {64}}};
  const std::map<int64_t, int64_t> channels{{2, 32}, {4, 32}, {8, 32}, {16, 32}, {32, 16}};
  for (int64_t r = 4; r <= 32; r *= 2) {
    const std::string block = "synthesis.b" + std::to_string(r);
    const int64_t c = channels.at(r);
    buffers[block + ".resample_filter"] = {4, 4};
    if (r > 4) add_layer(parameters, buffers, block + ".conv0", channels.at(r / 2), c, r);
    add_layer(parameters, buffers, block + ".conv1", c, c, r);
    parameters[block + ".torgb.weight"] = {3, c, 1, 1};
    parameters[block + ".torgb.bias"] = {3};
    parameters[block + ".torgb.affine.weight"] = {c, 64};
    parameters[block + ".torgb.affine.bias"] = {c};
  }
  for (const char* fc : {"mapping.fc0", "mapping.fc1"}) {
    parameters[std::string(fc) + ".weight"] = {64, 64};
    parameters[std::string(fc) + ".bias"] = {64};
  }
  const auto g = make_generator(small_stylegan2(), 1);
  EXPECT_EQ(parameter_shapes(*g), parameters);
  EXPECT_EQ(buffer_shapes(*g), buffers);
  EXPECT_EQ(count_values(parameters), 83171);
  EXPECT_EQ(g->named_parameters()[0].key(), "synthesis.b4.const");
}

TEST(StyleGan2Names, OfTheDiscriminator) {
  Shapes parameters{{"b32.fromrgb.weight", {16, 3, 1, 1}},
                    {"b32.fromrgb.bias", {16}},
                    {"b4.conv.weight", {32, 33, 3, 3}},
                    {"b4.conv.bias", {32}},
                    {"b4.fc.weight", {32, 512}},
                    {"b4.fc.bias", {32}},
                    {"b4.out.weight", {1, 32}},
                    {"b4.out.bias", {1}}};
  Shapes buffers{{"b32.fromrgb.resample_filter", {4, 4}}, {"b4.conv.resample_filter", {4, 4}}};
  for (const int64_t r : {32, 16, 8}) {
    const std::string block = "b" + std::to_string(r);
    const int64_t c = r == 32 ? 16 : 32;
    for (const char* name : {"", ".conv0", ".conv1", ".skip"}) buffers[block + name + ".resample_filter"] = {4, 4};
    parameters[block + ".conv0.weight"] = {c, c, 3, 3};
    parameters[block + ".conv0.bias"] = {c};
    parameters[block + ".conv1.weight"] = {32, c, 3, 3};
    parameters[block + ".conv1.bias"] = {32};
    parameters[block + ".skip.weight"] = {32, c, 1, 1};
  }
  const auto d = make_discriminator(small_stylegan2(), 1);
  EXPECT_EQ(parameter_shapes(*d), parameters);
  EXPECT_EQ(buffer_shapes(*d), buffers);
  EXPECT_EQ(count_values(parameters), 72561);
}

TEST(StyleGan2Names, OfLabels) {
  ModelConfig config = small_stylegan2();
  config.classes = 3;
  const Shapes g = parameter_shapes(*make_generator(config, 1)), d = parameter_shapes(*make_discriminator(config, 1));
  EXPECT_EQ(g.at("mapping.embed.weight"), (std::vector<int64_t>{64, 3}));
  EXPECT_EQ(g.at("mapping.fc0.weight"), (std::vector<int64_t>{64, 128}));
  EXPECT_EQ(d.at("mapping.embed.weight"), (std::vector<int64_t>{32, 3}));
  EXPECT_EQ(d.at("mapping.fc7.weight"), (std::vector<int64_t>{32, 32}));
  EXPECT_EQ(d.at("b4.out.weight"), (std::vector<int64_t>{32, 32}));
}

// Official sizes, counted from the published networks.
void check_counts(int64_t resolution, int64_t base, int64_t layers, int64_t g, int64_t g_buffers, int64_t d) {
  ModelConfig config;
  config.resolution = resolution;
  config.stylegan2.channel_base = base, config.stylegan2.mapping_layers = layers;
  const auto generator = make_generator(config, 1);
  EXPECT_EQ(count_values(parameter_shapes(*generator)), g);
  EXPECT_EQ(count_values(buffer_shapes(*generator)), g_buffers);
  EXPECT_EQ(count_values(parameter_shapes(*make_discriminator(config, 1))), d);
}

TEST(StyleGan2Counts, At32) {
  check_counts(32, 4096, 2, 11931027, 3392, 13918849);
}
TEST(StyleGan2Counts, At256) {
  check_counts(256, 16384, 8, 24767458, 175568, 24001089);
}
TEST(StyleGan2Counts, At1024) {
  check_counts(1024, 32768, 8, 30370060, 2797104, 29012513);
}

TEST(StyleGan2Init, IsAFunctionOfSeedAndName) {
  ModelConfig large = small_stylegan2(), small = small_stylegan2();
  small.resolution = 16;
  const auto a = make_generator(large, 7)->named_parameters(), b = make_generator(small, 7)->named_parameters();
  const auto other = make_generator(large, 8)->named_parameters();
  for (const auto& item : make_generator(large, 7)->named_parameters())
    EXPECT_TRUE(at::equal(item.value(), a[item.key()]));
  for (const char* name : {"synthesis.b4.const", "synthesis.b16.conv0.weight", "mapping.fc1.weight"}) {
    EXPECT_TRUE(at::equal(a[name], b[name])) << name;
    EXPECT_FALSE(at::equal(a[name], other[name])) << name;
  }
  EXPECT_NEAR(deviation_of(a["mapping.fc0.weight"]), 100, 4);
  EXPECT_NEAR(deviation_of(a["synthesis.b8.conv0.weight"]), 1, 0.03);
  EXPECT_EQ(mean_of(a["synthesis.b8.conv0.affine.bias"]), 1);
}

TEST(StyleGan2Noise, BelongsToThePictureNotToTheBatch) {
  const torch::NoGradGuard no_grad;
  const auto g = filled_generator();
  SynthesisOptions both, second;
  both.noise_seeds = at::tensor({5, -9}, at::kLong), second.noise_seeds = at::tensor({-9}, at::kLong);
  const at::Tensor z = known_z().narrow(0, 0, 2);
  const at::Tensor pair = g->forward(z, {}, 1, both);
  EXPECT_LE((pair.narrow(0, 1, 1) - g->forward(z.narrow(0, 1, 1), {}, 1, second)).abs().max().item<double>(), 2e-5);
  EXPECT_TRUE(at::equal(pair, g->forward(z, {}, 1, both)));
  both.noise_seeds = at::tensor({5, 10}, at::kLong);
  EXPECT_GT((pair - g->forward(z, {}, 1, both))[1].abs().max().item<double>(), 1e-2);
}

TEST(StyleGan2Noise, WantsSeeds) {
  const auto g = filled_generator();
  expect_models_error([&] { g->forward(known_z(), {}, 1, {}); }, "random noise needs a seed for each of 4 pictures",
                      ExitCode::kFailed);
}

TEST(StyleGan2Precision, HalfTypesStayNear) {
  const torch::NoGradGuard no_grad;
  ModelConfig config = small_stylegan2();
  config.precision = "bf16";
  const at::Tensor exact = filled_generator()->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
  const at::Tensor half = filled_generator(config)->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
  EXPECT_EQ(half.scalar_type(), at::kFloat);
  EXPECT_GT((half - exact).abs().max().item<double>(), 0);
  EXPECT_LT(((half - exact).norm() / exact.norm()).item<double>(), 2e-2);
  const auto d = filled_discriminator(config);
  EXPECT_TRUE(
      at::equal(d->forward(known_reals(4), {}, true), filled_discriminator()->forward(known_reals(4), {}, true)));
  EXPECT_EQ(d->forward(known_reals(4), {}).scalar_type(), at::kFloat);
}

}  // namespace
}  // namespace centigan
