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

constexpr double kLeastSigma = 1e-12;    // all-zero filters
constexpr double kLeastGainStep = 1e-5;  // of the gain's bias, which is counted in the same steps
constexpr double kMultiplierSlack = 4;   // room that multipliers may grow into while the student trains
constexpr int64_t kMostShift = 7;
constexpr double kConstHeadroom = 1.25;  // of a constant map over its largest value, for training
constexpr int kPlainConstShift = 6;      // of a START that is not dense, so that its bias has finer steps
constexpr int kClipSteps = 12;           // of the search for the clip of packed weights, 1/24 of the peak each

// A 3x3 kernel after nearest x2 as four 2x2 phase kernels. [O,C,3,3] -> [2,2,O,C,2,2]
at::Tensor as_phases(const at::Tensor& weight) {
  const auto taps = at::tensor({1., 0., 0., 0., 1., 1., 1., 1., 0., 0., 0., 1.}, weight.options()).view({2, 2, 3});
  return at::einsum("axi,byj,ocij->abocxy", {taps, taps, weight});
}

void copy_weight(const LiteUnitImpl& from, LiteUnitImpl& to) {
  const auto scaled = from.scaled_weight();
  to.weight.copy_((to.layer.op == LiteOp::kUp2p ? as_phases(scaled) : scaled) / to.weight_gain);
}

void copy_weights(const LiteUnitImpl& from, LiteUnitImpl& to) {
  if (from.weight.defined()) copy_weight(from, to);
  to.bias.copy_(from.bias);
  if (from.constant.defined()) to.constant.copy_(from.constant);
  if (from.noise_strength.defined()) to.noise_strength.copy_(from.noise_strength);
  if (!from.layer.gain) return;
  to.gain_weight.copy_(from.gain_weight);
  to.gain_bias.copy_(from.gain_bias);
}

// |weight| as the layer uses it, [cout, everything that one scale serves].
at::Tensor weights_of_channels(const LiteUnitImpl& unit) {
  const auto weight = unit.scaled_weight().to(at::kDouble).abs();
  if (unit.layer.op == LiteOp::kStart)
    return weight.view({kLiteStart * kLiteStart, unit.layer.cout, -1}).transpose(0, 1).flatten(1);
  return unit.layer.op == LiteOp::kUp2p ? weight.permute({2, 0, 1, 3, 4, 5}).flatten(1) : weight.flatten(1);
}

// Scale of every output channel. Bytes hold the largest weight; with fewer steps the least squared error is that of a
// scale that cuts the largest ones off.
at::Tensor channel_scales(const LiteUnitImpl& unit, int64_t bits) {
  const double limit = std::ldexp(1.0, static_cast<int>(bits) - 1) - 1;
  const auto weights = weights_of_channels(unit), peaks = at::clamp_min(weights.amax(1) / limit, kLeastSigma);
  if (bits == 8) return peaks;
  at::Tensor best = peaks, least;
  for (int step = 0; step < kClipSteps; ++step) {
    const auto scale = peaks * (1.0 - step / (2.0 * kClipSteps)), wide = scale.unsqueeze(1);
    const auto error = (at::clamp_max(at::round(weights / wide), limit) * wide - weights).square().sum(1);
    const auto better = least.defined() ? error < least : at::ones_like(error, at::kBool);
    best = at::where(better, scale, best);
    least = least.defined() ? at::minimum(least, error) : error;
  }
  return best;
}

void set_weight_scales(LiteStudentUnitImpl& s, int64_t bits) {
  s.shifts[kWeightBits].fill_(bits);
  if (s.unit->weight.defined()) s.sigma.copy_(channel_scales(*s.unit, bits));
  if (s.layer.gain) {
    const auto rows = (s.unit->gain_weight * s.unit->gain_scale).to(at::kDouble).abs().amax(1);
    const auto least = kLeastGainStep * s.unit->gain_bias.to(at::kDouble).abs();
    s.gain_sigma.copy_(at::clamp_min(at::maximum(rows / 127, least), kLeastSigma));
  }
}

// The constant of START must fit int8 after the shift; where a unit is too fine for that, the unit grows. Without
// weights only the constant needs a unit.
void set_constant_shift(LiteStudentUnitImpl& s) {
  const auto peaks = s.unit->constant.to(at::kDouble).abs().amax({0, 1});
  if (!s.layer.dense()) {
    s.shifts[kConstShift].fill_(kPlainConstShift);
    s.sigma.copy_(
        at::clamp_min(kConstHeadroom * peaks / (s.alpha_in * std::ldexp(127.0, kPlainConstShift)), kLeastSigma));
    return;
  }
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

void set_shifts(LiteStudentUnitImpl& s) {
  auto factor = multiplier_factor(s);
  if (s.largest_gain.defined()) {
    const auto whole = accumulator_scale(s) * s.largest_scale / s.alpha_out;
    factor = at::maximum(at::maximum(factor, factor * s.largest_gain), whole);
  }
  s.shifts[kShift].fill_(shift_for(factor.max().item<double>(), accumulator_limit(s), s.layer.name));
  if (!s.layer.gain) return;
  const double gain = (s.alpha_style * s.gain_sigma * kUnitGain).max().item<double>();
  const double limit = static_cast<double>(s.unit->gain_weight.size(1)) * std::ldexp(1.0, 14);
  s.shifts[kGainShift].fill_(shift_for(gain, limit, s.layer.name + ".gain"));
}

// Scales and shifts of the integers of a layer whose ranges are known.
void set_integers(LiteStudentUnitImpl& s, int64_t bits) {
  set_weight_scales(s, bits);
  if (s.layer.op == LiteOp::kStart) set_constant_shift(s);
  set_shifts(s);
}

}  // namespace

void LiteStudent::set_weight_bits(size_t row, int64_t bits) {
  at::NoGradGuard guard;
  set_integers(*units_[row], bits);
}

void LiteStudent::adopt(LiteGenerator& teacher, uint64_t seed, const std::function<void(int64_t, int64_t)>& progress) {
  at::NoGradGuard guard;
  const auto bits = lite_weight_bits(config_);
  const auto even = equalised(teacher, seed);
  const auto ranges = measure_ranges(*even, config_.lite.quant.calibration, seed, progress);
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
    s.largest_gain = ranges[row].largest_gain, s.largest_scale = ranges[row].largest_scale;
    if (s.layer.demod) set_energy(*even->units()[row], s);
    set_integers(s, bits[row]);
  }
  if (embed_.defined()) embed_.copy_(even->embed());
  w_avg_.copy_(teacher.w_avg());
  calibrated_.fill_(1);
}

}  // namespace centigan
