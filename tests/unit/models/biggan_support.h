// Small BigGAN networks filled with known numbers.
#pragma once
#include <map>

#include "centigan/models/biggan.h"
#include "stylegan2_support.h"

namespace centigan {

// 32 px, 10 classes, channel multiplier 4, dim_z 16; no attention, shared embedding or hierarchical latents.
inline ModelConfig cifar_biggan() {
  ModelConfig config;
  config.family = "biggan", config.resolution = 32, config.classes = 10;
  config.precision = "float32";
  config.biggan.g_ch = config.biggan.d_ch = 4;
  config.biggan.dim_z = 16;
  config.biggan.g_attn = config.biggan.d_attn = "0";
  config.biggan.g_shared = config.biggan.hier = false;
  config.biggan.init = "N02";
  return config;
}

// 64 px, 5 classes, channel multiplier 8, dim_z 23, shared embedding of 6, attention at 16 and 64 px.
inline ModelConfig hierarchical_biggan() {
  ModelConfig config = cifar_biggan();
  config.resolution = 64, config.classes = 5;
  config.biggan.g_ch = config.biggan.d_ch = 8;
  config.biggan.dim_z = 23, config.biggan.shared_dim = 6;
  config.biggan.g_attn = config.biggan.d_attn = "16_64";
  config.biggan.g_shared = config.biggan.hier = true;
  return config;
}

inline at::Tensor biggan_filled_like(const std::string& name, const at::Tensor& old) {
  if (name_ends(name, "sv0")) return at::ones_like(old);
  if (name_ends(name, "gamma")) return at::full_like(old, 0.5);
  if (name_ends(name, "stored_var")) return (filler_u64(name, old.sizes()) + 0.5).to(at::kFloat);
  if (name_ends(name, ".gain.weight") || name_ends(name, ".bias.weight")) return filler(name, old.sizes(), 0.3);
  if (name == "output_layer.0.gain") return filler(name, old.sizes(), 0.1, 1);
  const bool small = name_ends(name, ".bias") || name_ends(name, "stored_mean");
  return filler(name, old.sizes(), small ? 0.1 : 1.0);
}

inline std::map<std::string, at::Tensor> state_of(const torch::nn::Module& network) {
  std::map<std::string, at::Tensor> state;
  for (const auto& item : network.named_parameters()) state[item.key()] = item.value();
  for (const auto& item : network.named_buffers()) state[item.key()] = item.value();
  return state;
}

template <class Network>
std::shared_ptr<Network> biggan_filled(std::shared_ptr<Network> network) {
  const torch::NoGradGuard no_grad;
  for (const auto& [name, tensor] : state_of(*network)) tensor.copy_(biggan_filled_like(name, tensor));
  return network;
}

inline std::shared_ptr<Generator> known_biggan_g(const ModelConfig& config = cifar_biggan()) {
  return biggan_filled(make_generator(config, 1));
}
inline std::shared_ptr<Discriminator> known_biggan_d(const ModelConfig& config = cifar_biggan()) {
  return biggan_filled(make_discriminator(config, 1));
}

inline at::Tensor biggan_z() {
  return filler("z", {4, 16});
}
inline at::Tensor biggan_labels(std::vector<int64_t> classes = {0, 3, 7, 3}, int64_t count = 10) {
  return at::eye(count).index_select(0, at::tensor(classes, at::kLong));
}
inline at::Tensor biggan_reals() {
  return filler("real", {4, 3, 32, 32}, 0.5);
}
inline at::Tensor biggan_image(Generator& g) {
  return g.forward(biggan_z(), biggan_labels(), 1.0, {});
}

}  // namespace centigan
