#include "tables.h"

#include <ATen/ATen.h>

#include <cmath>

#include "straight_through.h"

namespace centigan {
namespace {

at::Tensor shifted_down(const at::Tensor& value, int bits) {  // (value + half) >> bits, then the clamp of multipliers
  const double unit = std::ldexp(1.0, bits);
  return at::clamp(at::floor((value + unit / 2) / unit), -kMaxMultiplier, kMaxMultiplier);
}

// D = floor((2^31 - 1) / isqrt((T >> 8) + 1)), T = sum of squared producer gains times energies.
at::Tensor demodulation_factor(const LiteStudentUnitImpl& s, const at::Tensor& producer_gains) {
  const auto total = at::matmul(producer_gains.square(), s.energy.to(at::kDouble).t());
  const auto exact = at::floor((kQ31 - 1) / at::floor(at::sqrt(at::floor(total / 256.0) + 1.0)));
  return ste_replace(kQ31 * at::rsqrt(total / 256.0 + 1.0), exact);
}

}  // namespace

torch::Tensor integer_gains(const LayerIntegers& layer, const torch::Tensor& w) {
  const auto sum = at::linear(w, layer.gain_weight, layer.gain_bias);
  return ste_round(sum * (layer.gain_mult * layer.gain_unit), -32767, 32767);
}

torch::Tensor negative_multiplier(const torch::Tensor& positive) {
  return shifted_down(positive.detach() * kLiteSlopeQ14, 14);
}

ChannelTable channel_table(const LiteStudentUnitImpl& s, const LayerIntegers& layer, const torch::Tensor& gains,
                           const torch::Tensor& producer_gains) {
  auto q = ste_replace(layer.mult * gains / kUnitGain, shifted_down(layer.mult * gains, 12));
  if (s.layer.demod) {
    const auto factor = demodulation_factor(s, producer_gains);
    q = ste_replace(q * factor / 65536.0, shifted_down(q * factor, 16));
  }
  return {q, negative_multiplier(q)};
}

}  // namespace centigan
