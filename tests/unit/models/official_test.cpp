#include "centigan/models/official.h"

#include "biggan_support.h"

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

Safetensors known_biggan_file(const ModelConfig& config) {
  Snapshot snapshot;
  save_module(*known_biggan_g(config), "G_ema/", snapshot);
  save_module(*known_biggan_d(config), "D/", snapshot);
  return official_file(config, snapshot);
}

TEST(OfficialWeights, BigGanRoundTrip) {
  ModelConfig grey = hierarchical_biggan();
  grey.channels = 1, grey.biggan.d_wide = false, grey.biggan.sn_eps = 1e-6, grey.biggan.bn_eps = 2e-5;
  for (ModelConfig config : {cifar_biggan(), hierarchical_biggan(), grey}) {
    config.precision = "float32", config.biggan.shared_dim = 6, config.biggan.init = "ortho";
    const Safetensors file = known_biggan_file(config);
    EXPECT_EQ(file.tensors.count("G_ema.blocks.0.0.bn1.gain.weight"), 1u);
    EXPECT_EQ(file.metadata.at("hier"), config.biggan.hier ? "True" : "False");
    OfficialWeights weights = read_official(official_family(file), file, "a.safetensors");
    EXPECT_EQ(write_config(ConfigRef(weights.model)), write_config(ConfigRef(config)));
    const Safetensors again = official_file(weights.model, weights.networks);
    EXPECT_EQ(again.metadata, file.metadata);
    ASSERT_EQ(again.tensors.size(), file.tensors.size());
    for (const auto& [name, tensor] : file.tensors) EXPECT_TRUE(at::equal(tensor, again.tensors.at(name))) << name;
  }
}

TEST(OfficialWeights, BadBigGanMetadata) {
  const Safetensors good = known_biggan_file(cifar_biggan());
  const auto refused = [&](const std::string& key, const char* value, const std::string& part) {
    Safetensors file = good;
    file.metadata.erase("family"), file.metadata.erase(key);
    if (value) file.metadata[key] = value;
    EXPECT_EQ(official_family(file), key == "G_ch" ? "stylegan2" : "biggan");
    expect_models_error([&] { read_official("biggan", file, "a.safetensors"); }, part, ExitCode::kFailed);
  };
  refused("G_ch", nullptr, "metadata G_ch: missing");
  refused("hier", "maybe", "metadata hier: 'maybe' is neither True nor False");
  refused("SN_eps", "small", "metadata SN_eps: 'small' is not a number");
  refused("resolution", "48", "model.resolution: 48 is not a power of two");
  refused("dim_z", "20", "G_ema.linear.weight: Float[256, 16] in the file, here Float[256, 20]");
  refused("n_classes", "9", "D.embed.weight: Float[10, 16] in the file, here Float[9, 16]");
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
