#include <ATen/ATen.h>

#include "../class_centres.h"
#include "centigan/models/lite_quant.h"
#include "integers.h"
#include "straight_through.h"

namespace centigan {
namespace {

at::Tensor as_type(const at::Tensor& integers, at::ScalarType type) {
  return integers.detach().cpu().to(type).contiguous();
}

// Filters in the file's order: elements run ky, kx, c; phases are filters of their own.
at::Tensor filters(const LiteLayer& layer, const at::Tensor& weight) {
  if (layer.op == LiteOp::kUp2p) return weight.permute({0, 1, 2, 4, 5, 3}).reshape({4 * layer.cout, 4 * layer.cin});
  if (layer.convolves()) return weight.permute({0, 2, 3, 1}).reshape({layer.cout, 9 * layer.cin});
  return weight;
}

QuantizedLayer frozen_layer(const LiteStudentUnitImpl& s, bool first_rgb) {
  const auto integers = layer_integers(s, first_rgb);
  QuantizedLayer out;
  out.layer = s.layer;
  out.weight_bits = s.shifts[kWeightBits].item<int64_t>();
  out.shift = s.shifts[kShift].item<int64_t>();
  out.gain_shift = s.shifts[kGainShift].item<int64_t>();
  out.const_shift = s.shifts[kConstShift].item<int64_t>();
  out.slope = s.layer.op == LiteOp::kToRgb ? 16384 : static_cast<int64_t>(kLiteSlopeQ14);
  if (integers.weight.defined()) out.weight = as_type(filters(s.layer, integers.weight), at::kChar);
  out.bias = as_type(integers.bias, at::kInt);
  out.mult = as_type(integers.mult, at::kInt);
  if (s.layer.op == LiteOp::kStart) out.constant = as_type(integers.constant, at::kChar);
  if (s.layer.noise) out.noise = as_type(integers.noise, at::kShort);
  if (s.layer.demod) out.energy = as_type(s.energy, at::kByte);
  if (!s.layer.gain) return out;
  out.gain_weight = as_type(integers.gain_weight, at::kChar);
  out.gain_bias = as_type(integers.gain_bias, at::kInt);
  out.gain_mult = as_type(integers.gain_mult, at::kInt);
  return out;
}

}  // namespace

// Means of the style in floats, [1 or classes, style].
torch::Tensor LiteStudent::centres() {
  if (!embed_.defined()) return w_avg_.unsqueeze(0);
  return class_centres(*this, at::arange(config_.classes, embed_.options().dtype(at::kLong)));
}

QuantizedLite lite_plan(const ModelConfig& config) {
  QuantizedLite model;
  model.levels = static_cast<int64_t>(config.lite.widths.size());
  model.channels = config.channels;
  model.rgb_first = config.lite.rgb_first;
  model.map_layers = config.lite.mapping_layers;
  model.latent = config.lite.z_dim;
  model.style = config.lite.w_dim;
  if (config.classes > 0) model.embed = at::zeros({config.classes, config.lite.embed_dim}, at::kChar);
  const auto bits = lite_weight_bits(config);
  for (const LiteLayer& layer : lite_student_layers(config)) {
    QuantizedLayer planned;
    planned.layer = layer;
    planned.weight_bits = bits[model.layers.size()];
    model.layers.push_back(planned);
  }
  return model;
}

QuantizedLite LiteStudent::freeze(const std::string& name) {
  at::NoGradGuard guard;
  QuantizedLite model = lite_plan(config_);
  model.layers.clear();
  model.name = name.substr(0, 24);
  model.centre = as_type(ste_round(centres().to(at::kDouble) / style_scale(), -127, 127), at::kChar);
  if (embed_.defined()) model.embed = as_type(ste_round(embed_.to(at::kDouble) / kLatentScale, -127, 127), at::kChar);
  bool seen_rgb = false;
  for (const LiteStudentUnit& unit : units_) {
    const bool to_rgb = unit->layer.op == LiteOp::kToRgb;
    model.layers.push_back(frozen_layer(*unit, to_rgb && !seen_rgb));
    seen_rgb = seen_rgb || to_rgb;
  }
  return model;
}

}  // namespace centigan
