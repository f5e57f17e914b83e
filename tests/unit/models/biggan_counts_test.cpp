// Sizes of the published BigGANs, counted from the PyTorch release.
#include "biggan_support.h"

namespace centigan {
namespace {

struct PublishedBigGan {
  int64_t resolution, channels, g_parameters, d_parameters;
};

class PublishedBigGanSizes : public testing::TestWithParam<PublishedBigGan> {};

TEST_P(PublishedBigGanSizes, AreOurs) {
  const PublishedBigGan p = GetParam();
  ModelConfig config;
  config.family = "biggan", config.resolution = p.resolution, config.classes = 1000;
  config.biggan.g_ch = config.biggan.d_ch = p.channels;
  config.biggan.dim_z = p.resolution == 256 ? 140 : 120;
  config.biggan.init = "xavier";  // the fastest
  EXPECT_EQ(parameter_count(*make_generator(config, 1)), p.g_parameters);
  EXPECT_EQ(parameter_count(*make_discriminator(config, 1)), p.d_parameters);
}

INSTANTIATE_TEST_SUITE_P(
    BigGan, PublishedBigGanSizes,
    testing::Values(PublishedBigGan{64, 32, 8537732, 5399905}, PublishedBigGan{64, 64, 31908100, 20566721},
                    PublishedBigGan{64, 96, 70239108, 45500449}, PublishedBigGan{128, 32, 8543300, 10120802},
                    PublishedBigGan{128, 64, 31978628, 39448258}, PublishedBigGan{128, 96, 70433988, 87982370},
                    PublishedBigGan{256, 32, 9956164, 11370594}, PublishedBigGan{256, 64, 37325444, 44445890},
                    PublishedBigGan{256, 96, 82235844, 99225890}),
    [](const auto& info) {
      return "At" + std::to_string(info.param.resolution) + "Channels" + std::to_string(info.param.channels);
    });

void expect_cifar_sizes(const ModelConfig& config, const std::vector<int64_t>& golden) {
  const auto g = make_generator(config, 1);
  const auto d = make_discriminator(config, 1);
  EXPECT_EQ((std::vector<int64_t>{parameter_count(*g), buffer_count(*g), parameter_count(*d), buffer_count(*d)}),
            golden);
}

TEST(PublishedBigGanSizes, OfCifar) {
  ModelConfig config = cifar_biggan();
  config.biggan.g_ch = config.biggan.d_ch = 64, config.biggan.dim_z = 128;
  expect_cifar_sizes(config, {4304387, 9998, 4207361, 2583});
  config.classes = 100;
  expect_cifar_sizes(config, {4580867, 9998, 4230401, 2673});
  config.classes = 10, config.biggan.g_shared = config.biggan.hier = true, config.biggan.shared_dim = 128;
  expect_cifar_sizes(config, {4373251, 13082, 4207361, 2583});
}

}  // namespace
}  // namespace centigan
