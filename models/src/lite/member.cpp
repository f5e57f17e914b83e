#include "centigan/models/lite_member.h"

#include <ATen/ATen.h>

#include <utility>

#include "../labels.h"
#include "float_pass.h"
#include "precision.h"

namespace centigan {

LiteMember::LiteMember(const ModelConfig& config, std::vector<LiteUnit> units, torch::Tensor embed, torch::Tensor w_avg)
    : config_(config), units_(std::move(units)), embed_(std::move(embed)), w_avg_(std::move(w_avg)) {
  shape_ = {config.lite.z_dim, config.classes,    config.lite.w_dim, 1,
            config.channels,   config.resolution, config.resolution};
}

torch::Tensor LiteMember::mapping(const torch::Tensor& z, const torch::Tensor& c) {
  if (!embed_.defined()) return lite_float_mapping(units_, z).unsqueeze(1);
  require_labels(c, config_.classes);
  const auto input = at::cat({z, at::matmul(c.to(embed_.options()), embed_).to(z.options())}, 1);
  return lite_float_mapping(units_, input).unsqueeze(1);
}

torch::Tensor LiteMember::synthesis(const torch::Tensor& ws, const SynthesisOptions& options) {
  const auto type = lite_compute_type(config_.precision, units_.back()->weight);
  return lite_float_synthesis(units_, ws.select(1, 0), options, type);
}

LiteUnit empty_unit(const LiteLayer& layer) {
  auto unit = std::make_shared<LiteUnitImpl>(LiteLayer(), 1, 0);
  unit->layer = layer;
  unit->weight_gain = unit->bias_gain = unit->gain_scale = 1.0;
  unit->bias = torch::Tensor();
  return unit;
}

}  // namespace centigan
