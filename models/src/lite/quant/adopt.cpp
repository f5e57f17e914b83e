#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "centigan/core/error.h"
#include "centigan/models/lite_quant.h"
#include "equalise.h"
#include "integers.h"
#include "ranges.h"

namespace centigan {
namespace {

constexpr double kLeastSigma = 1e-12;   // all-zero filters
constexpr double kMultiplierSlack = 4;  // room that multipliers may grow into while the student trains
constexpr int64_t kMostShift = 7;

// A 3x3 kernel after nearest x2 as four 2x2 phase kernels. [O,C,3,3] -> [2,2,O,C,2,2]
at::Tensor as_phases(const at::Tensor& weight) {
  const auto taps = at::tensor({1., 0., 0., 0., 1., 1., 1., 1., 0., 0., 0., 1.}, weight.options()).view({2, 2, 3});
  return at::einsum("axi,byj,ocij->abocxy", {taps, taps, weight});
}

void copy_weights(const LiteUnitImpl& from, LiteUnitImpl& to) {
  const auto scaled = from.scaled_weight();
  to.weight.copy_((to.layer.op == LiteOp::kUp2p ? as_phases(scaled) : scaled) / to.weight_gain);
  to.bias.copy_(from.bias);
  if (from.constant.defined()) to.constant.copy_(from.constant);
  if (from.noise_strength.defined()) to.noise_strength.copy_(from.noise_strength);
  if (!from.layer.gain) return;
  to.gain_weight.copy_(from.gain_weight);
  to.gain_bias.copy_(from.gain_bias);
}

// Largest |weight| of every output channel.
at::Tensor channel_peaks(const LiteUnitImpl& unit) {
  const auto weight = unit.scaled_weight().to(at::kDouble).abs();
  if (unit.layer.op == LiteOp::kStart) return weight.view({kLiteStart * kLiteStart, unit.layer.cout, -1}).amax({0, 2});
  if (unit.layer.op == LiteOp::kUp2p) return weight.amax({0, 1, 3, 4, 5});
  return weight.flatten(1).amax(1);
}

void set_weight_scales(LiteStudentUnitImpl& s, int64_t bits) {
  s.shifts[kWeightBits].fill_(bits);
  s.sigma.copy_(at::clamp_min(channel_peaks(*s.unit) / (std::ldexp(1.0, static_cast<int>(bits) - 1) - 1), kLeastSigma));
  if (s.layer.gain) {
    const auto rows = (s.unit->gain_weight * s.unit->gain_scale).to(at::kDouble).abs().amax(1);
    s.gain_sigma.copy_(at::clamp_min(rows / 127, kLeastSigma));
  }
}

// The constant of START must fit int8 after the shift; where a unit is too fine for that, the unit grows.
void set_constant_shift(LiteStudentUnitImpl& s) {
  const auto peaks = s.unit->constant.to(at::kDouble).abs().amax({0, 1});
  s.sigma.copy_(at::maximum(s.sigma, peaks / (s.alpha_in * 127 * std::ldexp(1.0, 14))));
  const double largest = (peaks / (s.alpha_in * s.sigma * 127)).max().item<double>();
  const double shift = std::ceil(std::log2(std::max(largest, 1.0)));
  s.shifts[kConstShift].fill_(static_cast<int64_t>(std::min(shift, 14.0)));
}

// Demodulation stays that of the float weights: their energies are stored, so d does not move while weights train.
void set_energy(const LiteUnitImpl& from, LiteStudentUnitImpl& s) {
  const auto energy = from.scaled_weight().to(at::kDouble).square().sum({2, 3});
  s.energy_max.copy_(at::clamp_min(energy.max(), kLeastSigma));
  s.energy.copy_(at::floor(255.0 * energy / s.energy_max + 0.5));
}

// Largest |accumulator| the format's rule L7 reckons with, before the shift.
double accumulator_limit(const LiteStudentUnitImpl& s) {
  const LiteLayer& l = s.layer;
  const double unit = std::ldexp(1.0, static_cast<int>(s.shifts[kWeightBits].item<int64_t>()) + 6),
               cin = static_cast<double>(l.cin);
  if (l.op == LiteOp::kToRgb) return cin * std::ldexp(1.0, 21);
  if (l.op == LiteOp::kStart)
    return std::ldexp(1.0, 7 + static_cast<int>(s.shifts[kConstShift].item<int64_t>())) + cin * unit;
  return cin * unit * (l.op == LiteOp::kUp2p ? 4 : l.convolves() ? 9 : 1);
}

// Least shift under which the factor, times the slack, is below 1/2 (a multiplier is below 2^30 of 2^31).
int64_t shift_for(double factor, double limit, const std::string& layer) {
  const double needed = std::ceil(std::log2(std::max(2 * factor * kMultiplierSlack, 1.0)));
  const double allowed = std::min<double>(kMostShift, std::floor(29 - std::log2(limit)));
  const double least = std::ceil(std::log2(std::max(2 * factor, 1.0)));
  if (least > allowed)
    fail("models", layer, "its multiplier " + std::to_string(factor) + " does not fit the file's fixed point",
         "the weights of this layer are out of proportion; train longer, or with fewer channels");
  return static_cast<int64_t>(std::min(needed, allowed));
}

void set_shifts(LiteStudentUnitImpl& s, const LayerRange& range) {
  auto factor = multiplier_factor(s);
  if (range.largest_gain.defined()) {
    const auto whole = accumulator_scale(s) * range.largest_scale / s.alpha_out;
    factor = at::maximum(at::maximum(factor, factor * range.largest_gain), whole);
  }
  s.shifts[kShift].fill_(shift_for(factor.max().item<double>(), accumulator_limit(s), s.layer.name));
  if (!s.layer.gain) return;
  const double gain = (s.alpha_style * s.gain_sigma * kUnitGain).max().item<double>();
  const double limit = static_cast<double>(s.unit->gain_weight.size(1)) * std::ldexp(1.0, 14);
  s.shifts[kGainShift].fill_(shift_for(gain, limit, s.layer.name + ".gain"));
}

}  // namespace

void LiteStudent::adopt(LiteGenerator& teacher, uint64_t seed, const std::function<void(int64_t, int64_t)>& progress) {
  at::NoGradGuard guard;
  const LiteQuantConfig& quant = config_.lite.quant;
  const auto even = equalised(teacher, seed);
  const auto ranges = measure_ranges(*even, quant.calibration, seed, progress);
  const auto scale_of = [&](size_t row) { return at::scalar_tensor(ranges[row].clip / 127, at::kDouble); };
  const size_t maps = static_cast<size_t>(config_.lite.mapping_layers);
  const auto style = maps == 0 ? at::scalar_tensor(kLatentScale, at::kDouble) : scale_of(maps - 1);
  auto alpha = at::scalar_tensor(kLatentScale, at::kDouble);
  for (size_t row = 0; row < units_.size(); ++row) {
    LiteStudentUnitImpl& s = *units_[row];
    copy_weights(*even->units()[row], *s.unit);
    s.alpha_style.copy_(style);
    s.alpha_in.copy_(alpha);
    if (s.layer.op != LiteOp::kToRgb) s.alpha_out.copy_(alpha = scale_of(row));
    set_weight_scales(s, s.layer.convolves() && s.layer.level <= quant.head_level ? quant.head_bits : 8);
    if (s.layer.op == LiteOp::kStart) set_constant_shift(s);
    if (s.layer.demod) set_energy(*even->units()[row], s);
    set_shifts(s, ranges[row]);
  }
  if (embed_.defined()) embed_.copy_(even->embed());
  w_avg_.copy_(teacher.w_avg());
  calibrated_.fill_(1);
}

}  // namespace centigan
