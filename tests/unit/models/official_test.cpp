#include "centigan/models/official.h"

#include "stylegan2_support.h"

namespace centigan {
namespace {

// Small networks as an official file.
Safetensors known_file(const ModelConfig& config) {
  Snapshot snapshot;
  save_module(*filled_generator(config), "G_ema/", snapshot);
  save_module(*filled_discriminator(config), "D/", snapshot);
  return official_file(config, snapshot);
}

void expect_not_official(const Safetensors& file, const std::string& part) {
  expect_models_error([&] { read_official("stylegan2", file, "a.safetensors"); }, part, ExitCode::kFailed);
}

TEST(OfficialWeights, RoundTrip) {
  ModelConfig config = small_stylegan2();
  config.classes = 3, config.stylegan2.g_architecture = "resnet", config.stylegan2.d_architecture = "orig";
  config.stylegan2.conv_clamp = 0.3, config.stylegan2.base_width = 6, config.stylegan2.mbstd_num_channels = 2;
  config.stylegan2.mbstd_group_size = 0, config.stylegan2.num_fp16_res = 2;
  const Safetensors file = known_file(config);
  EXPECT_EQ(file.tensors.count("G_ema.mapping.embed.weight"), 1u);
  EXPECT_EQ(file.metadata.at("mbstd_group_size"), "None");
  OfficialWeights weights = read_official("stylegan2", file, "a.safetensors");
  EXPECT_EQ(write_config(ConfigRef(weights.model)), write_config(ConfigRef(config)));
  const Safetensors again = official_file(weights.model, weights.networks);
  EXPECT_EQ(again.metadata, file.metadata);
  ASSERT_EQ(again.tensors.size(), file.tensors.size());
  for (const auto& [name, tensor] : file.tensors) EXPECT_TRUE(at::equal(tensor, again.tensors.at(name))) << name;
}

TEST(OfficialWeights, WhatTheMetadataMayLeaveOut) {
  for (const char* architecture : {"skip", "orig", "resnet"}) {
    ModelConfig config = small_stylegan2();
    config.stylegan2.g_architecture = config.stylegan2.d_architecture = architecture;
    config.stylegan2.mbstd_num_channels = 4, config.stylegan2.conv_clamp = 256;
    Safetensors file = known_file(config);
    for (const char* key : {"g_architecture", "d_architecture", "mbstd_num_channels", "conv_clamp", "family"})
      EXPECT_EQ(file.metadata.erase(key), 1u) << key;
    OfficialWeights weights = read_official("stylegan2", file, "a.safetensors");
    EXPECT_EQ(write_config(ConfigRef(weights.model)), write_config(ConfigRef(config)));
    file.metadata["num_fp16_res"] = "0";
    EXPECT_EQ(read_official("stylegan2", file, "a.safetensors").model.stylegan2.conv_clamp, 0);
  }
}

TEST(OfficialWeights, FiltersAreForgiven) {
  Safetensors file = known_file(small_stylegan2());
  file.tensors["G_ema.synthesis.b8.torgb.resample_filter"] = at::ones({4, 4});
  file.tensors.erase("D.b8.conv0.resample_filter");
  const Snapshot networks = read_official("stylegan2", file, "a.safetensors").networks;
  EXPECT_EQ(networks.tensors.count("G_ema/synthesis.b8.torgb.resample_filter"), 0u);
  EXPECT_EQ(networks.tensors.count("D/b8.conv0.resample_filter"), 1u);
}

TEST(OfficialWeights, RefusedWithTheWholeList) {
  Safetensors file = known_file(small_stylegan2());
  file.tensors.erase("G_ema.mapping.w_avg");
  file.tensors["D.b4.out.bias"] = at::zeros({2});
  file.tensors["D.b8.conv1.bias"] = file.tensors["D.b8.conv1.bias"].to(at::kHalf);
  file.tensors["G.extra"] = file.tensors["other"] = at::zeros({1});
  for (const char* part :
       {"import: a.safetensors: does not fit", "G_ema.mapping.w_avg: missing", "D.b4.out.bias: Float[2]",
        "D.b8.conv1.bias: Half[32]", "G.extra: Float[1] in the file, not here", "other: belongs to none"})
    expect_not_official(file, part);
}

TEST(OfficialWeights, BadMetadata) {
  const Safetensors good = known_file(small_stylegan2());
  const auto with = [&](const std::string& key, const std::string& value) {
    Safetensors file = good;
    file.metadata[key] = value;
    return file;
  };
  expect_not_official({good.tensors, {}}, "metadata mbstd_group_size: missing");
  expect_not_official(with("z_dim", "64.5"), "metadata z_dim: '64.5' is not a whole number");
  expect_not_official(with("conv_clamp", ""), "metadata conv_clamp: '' is not a number");
  expect_not_official(with("img_channels", "2"), "model.channels: 2 is not 1, 3 or 4");
  expect_not_official(with("num_layers", "3"), "G_ema.mapping.fc2.bias: missing in the file, here Float[64]");
  expect_not_official(with("c_dim", "-1"), "model.classes: -1 is negative");
}

TEST(OfficialWeights, OtherFamiliesKeepTheirNames) {
  ModelConfig config = small_stylegan2();
  config.family = "lite";
  Snapshot snapshot;
  save_module(*make_generator(config, 1), "G_ema/", snapshot);
  const Safetensors file = official_file(config, snapshot);
  EXPECT_EQ(file.tensors.size(), snapshot.tensors.size());
  EXPECT_EQ(file.metadata.at("family"), "lite");
  EXPECT_EQ(file.metadata.at("config"), write_config(ConfigRef(config)));
}

}  // namespace
}  // namespace centigan
