// Small StyleGAN2 networks filled with known numbers.
#pragma once
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "centigan/core/error.h"
#include "centigan/models/stylegan2.h"
#include "support/filler.h"

namespace centigan {

// 32 px, channels 32 32 32 16.
inline ModelConfig small_stylegan2() {
  ModelConfig config;
  config.resolution = 32, config.precision = "float32";
  config.stylegan2.z_dim = config.stylegan2.w_dim = 64;
  config.stylegan2.mapping_layers = 2;
  config.stylegan2.channel_base = 512, config.stylegan2.channel_max = 32;
  return config;
}

inline bool name_ends(const std::string& name, const std::string& end) {
  return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
}

inline at::Tensor filled_like(const std::string& name, const at::Tensor& old) {
  const bool mapping = name.find("mapping.fc") != std::string::npos;
  if (name_ends(name, "resample_filter")) return old;
  if (name_ends(name, "noise_strength")) return at::full_like(old, 0.1);
  if (mapping) return filler(name, old.sizes(), name_ends(name, ".weight") ? 100 : 10);
  if (name_ends(name, "affine.bias")) return filler(name, old.sizes(), 0.1, 1);
  if (name_ends(name, ".bias") || name_ends(name, "w_avg")) return filler(name, old.sizes(), 0.1);
  return filler(name, old.sizes());
}

template <class Network>
std::shared_ptr<Network> filled(std::shared_ptr<Network> network) {
  const torch::NoGradGuard no_grad;
  for (auto& item : network->named_parameters()) item.value().copy_(filled_like(item.key(), item.value()));
  for (auto& item : network->named_buffers()) item.value().copy_(filled_like(item.key(), item.value()));
  return network;
}

inline std::shared_ptr<Generator> filled_generator(const ModelConfig& config = small_stylegan2()) {
  return filled(make_generator(config, 1));
}
inline std::shared_ptr<Discriminator> filled_discriminator(const ModelConfig& config = small_stylegan2()) {
  return filled(make_discriminator(config, 1));
}

inline SynthesisOptions with_noise(NoiseMode mode) {
  SynthesisOptions options;
  options.noise = mode;
  return options;
}

inline at::Tensor known_z() {
  return filler("z", {4, 64});
}
inline at::Tensor known_reals(int64_t count) {
  return filler("real", {8, 3, 32, 32}, 0.5).narrow(0, 0, count).clone();
}

inline double mean_of(const at::Tensor& x) {
  return x.to(at::kDouble).mean().item<double>();
}
inline double deviation_of(const at::Tensor& x) {
  return x.to(at::kDouble).std(false).item<double>();
}

inline void expect_values(const at::Tensor& x, const std::vector<double>& golden, double tolerance) {
  const at::Tensor flat = x.detach().to(at::kDouble).reshape({-1});
  ASSERT_EQ(flat.size(0), static_cast<int64_t>(golden.size()));
  for (size_t i = 0; i < golden.size(); ++i) {
    EXPECT_NEAR(flat[static_cast<int64_t>(i)].item<double>(), golden[i], tolerance) << "value " << i;
  }
}

inline int64_t parameter_count(const torch::nn::Module& network) {
  int64_t count = 0;
  for (const auto& parameter : network.parameters()) count += parameter.numel();
  return count;
}

inline int64_t buffer_count(const torch::nn::Module& network) {
  int64_t count = 0;
  for (const auto& buffer : network.buffers()) count += buffer.numel();
  return count;
}

template <class Work>
void expect_models_error(const Work& work, const std::string& part, ExitCode code) {
  try {
    work();
    ADD_FAILURE() << "no error; expected: " << part;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(part), std::string::npos) << error.what();
    EXPECT_EQ(error.code(), code);
  }
}

}  // namespace centigan
