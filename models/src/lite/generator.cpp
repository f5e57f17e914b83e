#include <ATen/ATen.h>

#include "../labels.h"
#include "centigan/core/device.h"
#include "centigan/core/random.h"
#include "centigan/models/lite_quant.h"
#include "class_centres.h"
#include "float_pass.h"
#include "precision.h"

namespace centigan {

torch::ScalarType lite_compute_type(const std::string& precision, const torch::Tensor& parameter) {
  if (parameter.scalar_type() != at::kFloat) return parameter.scalar_type();
  const bool native = parameter.is_cuda() || cpu_has_bf16();
  return precision == "bf16" || (precision == "auto" && native) ? at::kBFloat16 : at::kFloat;
}

LiteGenerator::LiteGenerator(const ModelConfig& config, uint64_t seed) : config_(config) {
  check_lite_config(config);
  const LiteConfig& lite = config.lite;
  shape_ = {lite.z_dim, config.classes, lite.w_dim, 1, config.channels, config.resolution, config.resolution};
  if (config.classes > 0)
    embed_ =
        register_parameter("embed", RandomStream(seed, "init/lite.G/embed").normal(0, config.classes, lite.embed_dim));
  for (const LiteLayer& layer : lite_layers(config)) {
    units_.push_back(std::make_shared<LiteUnitImpl>(layer, lite.w_dim, seed));
    register_module(layer.name, units_.back());
  }
  w_avg_ = register_buffer("w_avg", at::zeros({lite.w_dim}));
}

torch::Tensor LiteGenerator::input(const torch::Tensor& z, const torch::Tensor& c) const {
  if (!embed_.defined()) return z;
  require_labels(c, config_.classes);
  return at::cat({z, at::matmul(c.to(embed_.options()), embed_).to(z.options())}, 1);
}

torch::Tensor LiteGenerator::mapping(const torch::Tensor& z, const torch::Tensor& c) {
  return lite_float_mapping(units_, input(z, c)).unsqueeze(1);
}

torch::Tensor LiteGenerator::truncate(const torch::Tensor& ws, double psi, int64_t cutoff, const torch::Tensor& c) {
  if (!embed_.defined() || !c.defined()) return Generator::truncate(ws, psi, cutoff);
  if (psi == 1.0 || cutoff == 0) return ws;
  const auto centre = centres_of_labels(*this, c).to(ws.options());
  return centre + (ws - centre) * psi;
}

torch::Tensor LiteGenerator::synthesis(const torch::Tensor& ws, const SynthesisOptions& options) {
  const auto type = lite_compute_type(config_.precision, units_.back()->weight);
  return lite_float_synthesis(units_, ws.select(1, 0), options, type);
}

torch::Tensor LiteGenerator::watch(const torch::Tensor& z, const torch::Tensor& c, const LiteObserver& observe) {
  const auto w = lite_float_mapping(units_, input(z, c), observe);
  return lite_float_synthesis(units_, w, {NoiseMode::kNone, {}}, w.scalar_type(), observe);
}

std::shared_ptr<Generator> make_lite_generator(const ModelConfig& config, uint64_t seed) {
  if (config.lite.int8) return std::make_shared<LiteStudent>(config);
  return std::make_shared<LiteGenerator>(config, seed);
}

}  // namespace centigan
