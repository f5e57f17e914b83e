// Sizes of the published networks, counted from the published implementation.
#include "stylegan2_support.h"

namespace centigan {
namespace {

struct Published {
  int64_t resolution, base, g_map2, g_map8, g_buffers, d_resnet, d_orig;
};

class PublishedSizes : public testing::TestWithParam<Published> {};

TEST_P(PublishedSizes, AreOurs) {
  const Published p = GetParam();
  ModelConfig config;
  config.resolution = p.resolution;
  config.stylegan2.channel_base = p.base, config.stylegan2.mapping_layers = 2;
  const auto g = make_generator(config, 1);
  EXPECT_EQ(parameter_count(*g), p.g_map2);
  EXPECT_EQ(buffer_count(*g), p.g_buffers);
  EXPECT_EQ(parameter_count(*make_discriminator(config, 1)), p.d_resnet);
  config.stylegan2.d_architecture = "orig", config.stylegan2.mapping_layers = 8;
  EXPECT_EQ(parameter_count(*make_generator(config, 1)), p.g_map8);
  EXPECT_EQ(parameter_count(*make_discriminator(config, 1)), p.d_orig);
}

INSTANTIATE_TEST_SUITE_P(StyleGan2, PublishedSizes,
                         testing::Values(Published{32, 4096, 11931027, 13506963, 3392, 13918849, 13492865},
                                         Published{32, 16384, 19947539, 21523475, 3392, 21507073, 20720641},
                                         Published{32, 32768, 19947539, 21523475, 3392, 21507073, 20720641},
                                         Published{64, 16384, 22243608, 23819544, 11632, 23407361, 22489857},
                                         Published{64, 32768, 25456664, 27032600, 11632, 26488833, 25440257},
                                         Published{128, 16384, 22949277, 24525213, 44448, 23882369, 22932097},
                                         Published{128, 32768, 27752733, 29328669, 44448, 28389121, 27209473},
                                         Published{256, 16384, 23191522, 24767458, 175568, 24001089, 23042625},
                                         Published{256, 32768, 28458402, 30034338, 175568, 28864129, 27651713},
                                         Published{512, 32768, 28700647, 30276583, 699904, 28982849, 27762241},
                                         Published{1024, 32768, 28794124, 30370060, 2797104, 29012513, 27789857}),
                         [](const auto& info) {
                           return "At" + std::to_string(info.param.resolution) + "Base" +
                                  std::to_string(info.param.base);
                         });

TEST(PublishedSizes, OfConditionalCifar) {
  ModelConfig config;
  config.resolution = 32, config.classes = 10;
  config.stylegan2.mapping_layers = 2, config.stylegan2.d_architecture = "orig";
  EXPECT_EQ(parameter_count(*make_generator(config, 1)), 20215315);
  EXPECT_EQ(parameter_count(*make_discriminator(config, 1)), 23089664);
}

}  // namespace
}  // namespace centigan
