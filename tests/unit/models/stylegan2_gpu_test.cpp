// Networks of the published size on a GPU; skipped where there is none.
#include "centigan/core/device.h"
#include "centigan/core/random.h"
#include "stylegan2_support.h"

namespace centigan {
namespace {

ModelConfig official_size() {
  ModelConfig config;
  config.resolution = 32, config.precision = "float32";
  config.stylegan2.channel_base = 16384, config.stylegan2.mapping_layers = 2, config.stylegan2.conv_clamp = 256;
  return config;
}

TEST(StyleGan2Gpu, HalfTypesStayNearFloat32) {
  if (!cuda_available()) GTEST_SKIP() << "no GPU here";
  const torch::NoGradGuard no_grad;
  set_tf32(false);
  const torch::Device device = pick_device("cuda");
  const auto on_gpu = [&](auto network) { return network->to(device), network; };
  const at::Tensor z = filler("z", {4, 512}).to(device);
  const auto image_of = [&](const ModelConfig& config) {
    return on_gpu(filled_generator(config))->forward(z, {}, 1, with_noise(NoiseMode::kConst));
  };
  ModelConfig config = official_size();
  const at::Tensor exact = image_of(config), logits = on_gpu(filled_discriminator(config))->forward(exact, {});
  EXPECT_LT((exact.cpu() - filled_generator(config)->forward(z.cpu(), {}, 1, with_noise(NoiseMode::kConst)))
                .abs()
                .max()
                .item<double>(),
            1e-3);
  for (const char* precision : {"fp16", "bf16"}) {
    config.precision = precision;
    const double slack = config.precision == "fp16" ? 1 : 8;  // bits of the fraction: 10 and 7
    EXPECT_LT(((image_of(config) - exact).norm() / exact.norm()).item<double>(), slack * 1e-2) << precision;
    const at::Tensor half = on_gpu(filled_discriminator(config))->forward(exact, {});
    EXPECT_LT((half - logits).abs().max().item<double>(), slack * 2e-2) << precision;
  }
}

TEST(NormalRowsGpu, AreThoseOfTheCpu) {
  if (!cuda_available()) GTEST_SKIP() << "no GPU here";
  const at::Tensor seeds = at::tensor({0, 1, -7, 1}, at::kLong);
  for (const int64_t width : {1, 64, 65537})
    EXPECT_LT(
        (normal_rows(seeds, "noise", width, pick_device("cuda")).cpu() - normal_rows(seeds, "noise", width, at::kCPU))
            .abs()
            .max()
            .item<double>(),
        1e-6);
}

}  // namespace
}  // namespace centigan
