#include "integers.h"

#include <ATen/ATen.h>

#include <cmath>

#include "straight_through.h"

namespace centigan {
namespace {

double two_to(const at::Tensor& shifts, int which) {
  return std::ldexp(1.0, static_cast<int>(shifts[which].item<int64_t>()));
}

at::Tensor rounded_constant(const at::Tensor& x) {
  return at::clamp(at::floor(x.detach() + 0.5), -kMaxMultiplier, kMaxMultiplier);
}

double weight_limit(const LiteStudentUnitImpl& s) {
  return std::ldexp(1.0, static_cast<int>(s.shifts[kWeightBits].item<int64_t>()) - 1) - 1;
}

at::Tensor bias_integers(const LiteStudentUnitImpl& s, const at::Tensor& scale, bool first_rgb) {
  const double limit = std::ldexp(1.0, 29) / two_to(s.shifts, kShift);
  auto bias = s.unit->scaled_bias().to(at::kDouble);
  if (first_rgb) bias = bias - 128.0 / kRgbUnit;
  return ste_round(bias / scale, -limit, limit);
}

void add_gain_integers(const LiteStudentUnitImpl& s, LayerIntegers& out) {
  const double limit = std::ldexp(1.0, 29) / two_to(s.shifts, kGainShift);
  const auto& unit = *s.unit;
  // toRGB reads style through its gain only; every gain reads the style vector, whose scale is kept by the student.
  const auto scale = s.gain_sigma;
  out.gain_weight = ste_round(unit.gain_weight.to(at::kDouble) * unit.gain_scale / scale.unsqueeze(1), -127, 127);
  out.gain_bias = ste_round(unit.gain_bias.to(at::kDouble) / (s.alpha_style * scale), -limit, limit);
  out.gain_unit = two_to(s.shifts, kGainShift) / kQ31;
  out.gain_mult = rounded_constant(s.alpha_style * scale * kUnitGain / out.gain_unit);
}

}  // namespace

torch::Tensor per_weight(const LiteLayer& layer, const torch::Tensor& v) {
  if (layer.op == LiteOp::kStart) return v.repeat({kLiteStart * kLiteStart}).unsqueeze(1);
  if (layer.op == LiteOp::kUp2p) return v.view({1, 1, -1, 1, 1, 1});
  return layer.convolves() ? v.view({-1, 1, 1, 1}) : v.unsqueeze(1);
}

torch::Tensor accumulator_scale(const LiteStudentUnitImpl& s) {
  const auto scale = s.alpha_in * s.sigma;
  return s.layer.op == LiteOp::kToRgb ? scale / kRgbStored : scale;
}

torch::Tensor multiplier_factor(const LiteStudentUnitImpl& s) {
  const auto scale = accumulator_scale(s);
  if (s.layer.op == LiteOp::kToRgb) return scale * kRgbUnit;
  const auto factor = scale * std::sqrt(2.0) / s.alpha_out;
  return s.layer.demod ? factor * at::sqrt(255.0 / s.energy_max) / 128.0 : factor;
}

LayerIntegers layer_integers(const LiteStudentUnitImpl& s, bool first_rgb) {
  LayerIntegers out;
  const auto scale = accumulator_scale(s);
  const double limit = weight_limit(s);
  if (s.unit->weight.defined()) {
    const auto divisor = per_weight(s.layer, s.unit->weight_gain / s.sigma);
    const bool single = s.layer.convolves();
    out.weight = single ? ste_round(s.unit->weight * divisor.to(at::kFloat), -limit, limit)
                        : ste_round(s.unit->weight.to(at::kDouble) * divisor, -limit, limit);
  }
  out.bias = bias_integers(s, scale, first_rgb);
  if (s.layer.op == LiteOp::kStart)
    out.constant = ste_round(s.unit->constant.to(at::kDouble) / (scale * two_to(s.shifts, kConstShift)), -127, 127);
  if (s.layer.noise) out.noise = ste_round(s.unit->noise_strength.to(at::kDouble) / (32.0 * scale), -32767, 32767);
  out.unit = two_to(s.shifts, kShift) / kQ31;
  out.mult = rounded_constant(multiplier_factor(s) / out.unit);
  if (s.layer.gain) add_gain_integers(s, out);
  return out;
}

}  // namespace centigan
