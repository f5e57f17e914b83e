#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

#include "centigan/core/random.h"
#include "centigan/models/lite.h"

namespace centigan {
namespace {

constexpr double kMappingRate = 0.1;  // learning rate multiplier of the mapping

// Gains multiply along the layers. Demodulation takes their size out again; without it they begin nearer to 1.
constexpr double kPlainGainSpread = 0.25;

double gain_spread(const LiteLayer& layer) {
  const bool plain = layer.convolves() ? !layer.demod : layer.op == LiteOp::kStart && !layer.dense();
  return plain ? kPlainGainSpread : 1.0;
}

std::vector<int64_t> weight_shape(const LiteLayer& layer) {
  const int64_t o = layer.cout, c = layer.cin;
  if (layer.op == LiteOp::kStart) return {kLiteStart * kLiteStart * o, c};
  if (layer.op == LiteOp::kUp2p) return {2, 2, o, c, 2, 2};
  if (layer.convolves()) return {o, c, 3, 3};
  return {o, c};
}

int64_t fan_in(const LiteLayer& layer) {
  return std::max<int64_t>(layer.cin, 1) * (layer.op == LiteOp::kUp2p ? 4 : layer.convolves() ? 9 : 1);
}

at::Tensor draw(uint64_t seed, const std::string& name, const std::vector<int64_t>& shape, double scale = 1.0) {
  int64_t count = 1;
  for (int64_t size : shape) count *= size;
  return (RandomStream(seed, "init/lite.G/" + name).normal(0, 1, count) * scale).view(shape);
}

}  // namespace

LiteUnitImpl::LiteUnitImpl(const LiteLayer& l, int64_t w_dim, uint64_t seed) : layer(l) {
  const double rate = l.op == LiteOp::kMap ? kMappingRate : 1.0;
  const int64_t rows = l.op == LiteOp::kToRgb ? l.cin : l.cout;
  weight_gain = rate / std::sqrt(static_cast<double>(fan_in(l)));
  bias_gain = rate;
  gain_scale = 1.0 / std::sqrt(static_cast<double>(w_dim));
  if (l.cin > 0) weight = register_parameter("weight", draw(seed, l.name + ".weight", weight_shape(l), 1.0 / rate));
  bias = register_parameter("bias", at::zeros({l.cout}));
  if (l.op == LiteOp::kStart)
    constant = register_parameter("const", draw(seed, l.name + ".const", {kLiteStart, kLiteStart, l.cout}));
  if (l.gain) {
    gain_weight = register_parameter("gain_weight", draw(seed, l.name + ".gain_weight", {rows, w_dim}, gain_spread(l)));
    gain_bias = register_parameter("gain_bias", at::ones({rows}));
  }
  if (l.noise) noise_strength = register_parameter("noise_strength", at::zeros({l.cout}));
}

torch::Tensor LiteUnitImpl::scaled_weight() const {
  return weight * weight_gain;
}

torch::Tensor LiteUnitImpl::scaled_bias() const {
  return bias_gain == 1.0 ? bias : bias * bias_gain;
}

torch::Tensor LiteUnitImpl::gains(const torch::Tensor& w) const {
  return at::linear(w, gain_weight * gain_scale, gain_bias);
}

}  // namespace centigan
