#include "centigan/models/model.h"

#include "centigan/models/lite.h"
#include "stylegan2_support.h"

namespace centigan {
namespace {

template <class Change>
void expect_refused(const Change& change, const std::string& part) {
  ModelConfig config = small_stylegan2();
  change(config);
  expect_models_error([&] { check_model_config(config); }, part, ExitCode::kUsage);
  expect_models_error([&] { make_generator(config, 1); }, part, ExitCode::kUsage);
  expect_models_error([&] { make_discriminator(config, 1); }, part, ExitCode::kUsage);
}

TEST(ModelConfig, RefusesUnknownWords) {
  expect_refused([](ModelConfig& c) { c.family = "stylegan"; }, "did you mean stylegan2?");
  expect_refused([](ModelConfig& c) { c.family = "unet"; }, "one of lite, stylegan2, biggan");
  expect_refused([](ModelConfig& c) { c.precision = "float23"; }, "did you mean float32?");
}

TEST(ModelConfig, RefusesPicturesThatDoNotFit) {
  for (const int64_t r : {0, 2, 48, 100, 2048, -32}) {
    expect_refused([&](ModelConfig& c) { c.resolution = r; }, "is not a power of two from 4 to 1024");
  }
  expect_refused([](ModelConfig& c) { c.family = "lite", c.resolution = 8; }, "is not a power of two from 16 to 1024");
  expect_refused([](ModelConfig& c) { c.channels = 2; }, "2 is not 1, 3 or 4");
  expect_refused([](ModelConfig& c) { c.classes = -1; }, "-1 is negative");
}

TEST(ModelConfig, RefusesStyleGan2SizesThatDoNotFit) {
  expect_refused([](ModelConfig& c) { c.stylegan2.z_dim = 0; }, "model.stylegan2.z_dim: 0 does not fit");
  expect_refused([](ModelConfig& c) { c.stylegan2.channel_base = 16; }, "it must be from 32 to");
  expect_refused([](ModelConfig& c) { c.stylegan2.conv_clamp = -0.5; }, "model.stylegan2.conv_clamp: -1");
  expect_refused([](ModelConfig& c) { c.stylegan2.base_height = 0; }, "model.stylegan2.base_height: 0 does not fit");
  expect_refused([](ModelConfig& c) { c.stylegan2.d_architecture = "resent"; }, "did you mean resnet?");
  expect_refused([](ModelConfig& c) { c.stylegan2.g_architecture = "unet"; }, "one of skip, orig, resnet");
  expect_refused([](ModelConfig& c) { c.stylegan2.mbstd_num_channels = 5; }, "it must divide the channels at 4 px, 32");
}

TEST(ModelConfig, RefusesForLiteWhatItCannotDo) {
  expect_refused([](ModelConfig& c) { c.family = "lite", c.precision = "fp16"; }, "fp16 is for stylegan2");
  expect_refused([](ModelConfig& c) { c.family = "lite", c.stylegan2.base_width = 6; }, "lite draws square pictures");
}

TEST(Models, EveryFamilyTrainsAtEveryChannelCount) {
  for (const char* family : {"lite", "stylegan2", "biggan"}) {
    for (const int64_t channels : {1, 3}) {
      ModelConfig config = small_stylegan2();
      config.family = family, config.channels = channels;
      config.biggan.g_ch = config.biggan.d_ch = 4;
      const auto g = make_generator(config, 3);
      const at::Tensor z = filler("z", {4, g->shape().z_dim});
      const at::Tensor images = g->forward(z, {}, 0.7, with_noise(NoiseMode::kNone));
      EXPECT_EQ(images.sizes(), (at::IntArrayRef{4, channels, 32, 32}));
      EXPECT_EQ(make_discriminator(config, 3)->forward(images, {}).sizes(), (at::IntArrayRef{4, 1}));
    }
  }
}

TEST(Models, SixteenToAThousandPixels) {
  const torch::NoGradGuard no_grad;
  for (int64_t r = 16; r <= 1024; r *= 4) {
    ModelConfig config = small_stylegan2();
    config.resolution = r, config.stylegan2.channel_base = 1024, config.stylegan2.channel_max = 8;
    const auto g = make_generator(config, 3);
    EXPECT_EQ(g->shape().num_ws, r == 16 ? 6 : r == 64 ? 10 : r == 256 ? 14 : 18);
    const at::Tensor images = g->forward(filler("z", {1, 64}), {}, 1, with_noise(NoiseMode::kConst));
    EXPECT_EQ(images.sizes(), (at::IntArrayRef{1, 3, r, r}));
    EXPECT_EQ(make_discriminator(config, 3)->forward(images, {}).numel(), 1);
  }
}

}  // namespace
}  // namespace centigan
