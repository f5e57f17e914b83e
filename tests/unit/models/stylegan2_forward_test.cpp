#include "stylegan2/discriminator.h"
#include "stylegan2/generator.h"
#include "stylegan2_support.h"

namespace centigan {
namespace {

constexpr double kImageTolerance = 3e-5, kLogitTolerance = 5e-6;

using at::indexing::Slice;

TEST(StyleGan2Pieces, SecondMomentIsNormalised) {
  expect_values(normalize_2nd_moment(at::tensor({3.0f, 4.0f}).unsqueeze(0)), {0.8485281, 1.1313709}, 1e-6);
  expect_values(normalize_2nd_moment(at::zeros({1, 2})), {0, 0}, 0);
}

TEST(StyleGan2Pieces, MinibatchStdGolden) {
  const at::Tensor x = filler("mb", {8, 3, 2, 2});
  const at::Tensor one = minibatch_std(x, 4, 1);
  EXPECT_TRUE(at::equal(one.narrow(1, 0, 3), x));
  for (int64_t n = 0; n < 8; ++n) expect_values(one[n][3], std::vector<double>(4, n % 2 ? 0.8689303 : 0.8490081), 1e-6);
  const at::Tensor three = minibatch_std(x, 4, 3).narrow(1, 3, 3).mean({2, 3});
  expect_values(three.narrow(0, 0, 2), {0.8620457, 0.9982687, 0.6867104, 0.9180646, 0.8440038, 0.8447227}, 1e-6);
  expect_values(minibatch_std(x, 0, 1)[5][3], std::vector<double>(4, 0.8955336), 1e-6);
  EXPECT_TRUE(at::equal(minibatch_std(x, 100, 1), minibatch_std(x, 8, 1)));
}

TEST(StyleGan2Pieces, MinibatchStdWantsWholeGroups) {
  expect_models_error(
      [] {
        minibatch_std(at::zeros({6, 2, 4, 4}), 4, 1);
      },
      "6 pictures are not a multiple of the group 4", ExitCode::kFailed);
}

TEST(StyleGan2Generator, MappingGolden) {
  const torch::NoGradGuard no_grad;
  const auto g = filled_generator();
  const at::Tensor ws = g->mapping(known_z(), {});
  ASSERT_EQ(ws.sizes(), (at::IntArrayRef{4, 8, 64}));
  EXPECT_NEAR(mean_of(ws), 0.514463, kImageTolerance);
  EXPECT_NEAR(deviation_of(ws), 0.962733, kImageTolerance);
  expect_values(ws[0][0].narrow(0, 0, 4), {0.1924177, -0.0683699, -0.2812462, 1.3056403}, kImageTolerance);
}

TEST(StyleGan2Generator, TruncationGolden) {
  const torch::NoGradGuard no_grad;
  const auto g = filled_generator();
  const at::Tensor ws = g->mapping(known_z(), {}), all = g->truncate(ws, 0.5), three = g->truncate(ws, 0.5, 3);
  EXPECT_NEAR(mean_of(all), 0.261453, kImageTolerance);
  expect_values(all[0][0].narrow(0, 0, 4), {0.1071417, -0.0290574, -0.2230069, 0.7088825}, kImageTolerance);
  EXPECT_NEAR(mean_of(three), 0.419584, kImageTolerance);
  expect_values(three[0].index({Slice(2, 4), 0}), {0.1071417, 0.1924177}, kImageTolerance);
  EXPECT_TRUE(at::equal(g->truncate(ws, 1.0), ws));
  EXPECT_TRUE(at::equal(g->truncate(ws, 0.5, 0), ws));
}

TEST(StyleGan2Generator, AverageStyleGolden) {
  const auto g = filled_generator();
  g->track_w(g->mapping(known_z(), {}), 0.995);
  expect_values(g->w_avg().narrow(0, 0, 4), {0.0262620, 0.0126248, -0.1627256, 0.1183937}, kImageTolerance);
  expect_values(g->named_buffers()["mapping.w_avg"].narrow(0, 0, 1), {0.0262620}, kImageTolerance);
}

TEST(StyleGan2Generator, BlockGoldens) {
  const torch::NoGradGuard no_grad;
  const auto g = std::dynamic_pointer_cast<StyleGan2Generator>(filled_generator());
  const auto& blocks = g->synthesis_network().blocks();
  const at::Tensor ws = g->mapping(known_z(), {});
  at::Tensor x, image;
  blocks[0]->forward(x, image, ws, with_noise(NoiseMode::kConst));
  EXPECT_NEAR(mean_of(x), 0.411506, kImageTolerance);
  EXPECT_NEAR(deviation_of(x), 0.795052, kImageTolerance);
  expect_values(x[0][0][0], {-0.2829482, -0.0618525, -0.2261114, -0.1196136}, kImageTolerance);
  expect_values(image.index({0, Slice(), 0, 0}), {0.7603624, 1.3200086, -0.2994601}, kImageTolerance);
  blocks[1]->forward(x, image, ws, with_noise(NoiseMode::kConst));
  EXPECT_NEAR(mean_of(x), 0.284300, kImageTolerance);
  EXPECT_NEAR(deviation_of(x), 0.567731, kImageTolerance);
  expect_values(x[0][0][0].narrow(0, 0, 4), {0.5312245, 0.4192728, -0.0206153, -0.1048470}, kImageTolerance);
  expect_values(image.index({0, Slice(), 0, 0}), {0.2672523, 0.7302925, 0.3314792}, kImageTolerance);
}

TEST(StyleGan2Generator, ImageGoldens) {
  const torch::NoGradGuard no_grad;
  const auto g = filled_generator();
  const at::Tensor plain = g->forward(known_z(), {}, 1, with_noise(NoiseMode::kNone));
  ASSERT_EQ(plain.sizes(), (at::IntArrayRef{4, 3, 32, 32}));
  EXPECT_NEAR(mean_of(plain), 0.625912, kImageTolerance);
  EXPECT_NEAR(deviation_of(plain), 1.641561, kImageTolerance);
  expect_values(plain.index({0, Slice(), 0, 0}), {-0.0244527, 0.8045397, 0.2461826}, kImageTolerance);
  EXPECT_NEAR(plain[3][2][31][31].item<double>(), 0.2652489, kImageTolerance);
  EXPECT_NEAR(plain[1][1][16][7].item<double>(), -0.2313407, kImageTolerance);
  const at::Tensor noisy = g->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
  EXPECT_NEAR(mean_of(noisy), 0.632749, kImageTolerance);
  EXPECT_NEAR(deviation_of(noisy), 1.645317, kImageTolerance);
  expect_values(noisy.index({0, Slice(), 0, 0}), {-0.3061794, 1.3415897, 0.7586242}, kImageTolerance);
  EXPECT_NEAR(noisy[3][2][31][31].item<double>(), 0.6454735, kImageTolerance);
  EXPECT_NEAR(noisy[1][1][16][7].item<double>(), 0.0416879, kImageTolerance);
}

TEST(StyleGan2Generator, ClampedImageGolden) {
  const torch::NoGradGuard no_grad;
  ModelConfig config = small_stylegan2();
  config.stylegan2.conv_clamp = 1.0;
  const at::Tensor image = filled_generator(config)->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
  EXPECT_NEAR(mean_of(image), 0.302168, kImageTolerance);
  EXPECT_NEAR(deviation_of(image), 0.941434, kImageTolerance);
  EXPECT_NEAR(image.min().item<double>(), -2.321818, kImageTolerance);
  EXPECT_NEAR(image.max().item<double>(), 2.726073, kImageTolerance);
}

TEST(StyleGan2Discriminator, BlockGolden) {
  const torch::NoGradGuard no_grad;
  const auto d = std::dynamic_pointer_cast<StyleGan2Discriminator>(filled_discriminator());
  at::Tensor x, image = known_reals(8);
  d->blocks()[0]->forward(x, image, false);
  EXPECT_FALSE(image.defined());
  EXPECT_NEAR(mean_of(x), 0.129165, kImageTolerance);
  EXPECT_NEAR(deviation_of(x), 0.288644, kImageTolerance);
  expect_values(x[0][0][0].narrow(0, 0, 4), {0.2740348, 0.1154125, 0.2309508, 0.2727452}, kImageTolerance);
}

TEST(StyleGan2Discriminator, LogitGoldens) {
  const torch::NoGradGuard no_grad;
  const auto d = filled_discriminator();
  expect_values(d->forward(known_reals(8), {}),
                {0.1969480, 0.2162694, 0.2071723, 0.1898510, 0.1390788, 0.2302606, 0.1996081, 0.2112008},
                kLogitTolerance);
  const at::Tensor fakes = filled_generator()->forward(known_z(), {}, 1, with_noise(NoiseMode::kConst));
  expect_values(d->forward(fakes, {}), {-0.5433207, -0.0866307, -0.5673815, 0.2338211}, 2e-5);
}

TEST(StyleGan2Discriminator, ConditionalLogitIsAProjection) {
  const torch::NoGradGuard no_grad;
  ModelConfig config = small_stylegan2();
  config.classes = 3;
  const auto d = filled_discriminator(config);
  const auto g = filled_generator(config);
  const at::Tensor labels = at::eye(3).index_select(0, at::tensor({0, 1, 2, 0}, at::kLong));
  EXPECT_EQ(d->forward(known_reals(4), labels).sizes(), (at::IntArrayRef{4, 1}));
  EXPECT_FALSE(at::equal(d->forward(known_reals(4), labels), d->forward(known_reals(4), labels.flip(0))));
  EXPECT_FALSE(at::allclose(g->mapping(known_z(), labels), g->mapping(known_z(), labels.roll(1, 1))));
  expect_models_error([&] { d->forward(known_reals(4), {}); }, "labels: must be [N,3]", ExitCode::kFailed);
}

}  // namespace
}  // namespace centigan
