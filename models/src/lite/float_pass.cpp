#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/error.h"
#include "centigan/models/lite.h"
#include "float_pass.h"
#include "fused.h"

namespace centigan {
namespace {

const double kActGain = std::sqrt(2.0);

at::Tensor to_conv_type(const at::Tensor& t, at::ScalarType type) {
  return t.to(type, false, false, at::MemoryFormat::ChannelsLast);
}

// Nearest x2 followed by a 3x3 kernel is a transposed convolution of stride 2 with a 4x4 kernel, at 4/9 of the work.
// [cout,cin,3,3] -> [cin,cout,4,4]
at::Tensor transposed_kernel(const at::Tensor& weight) {
  const auto spread = at::tensor({0., 0., 1., 0., 1., 1., 1., 1., 0., 1., 0., 0.}, weight.options()).view({4, 3});
  const auto both = at::einsum("ai,bj->ijab", {spread, spread}).reshape({9, 16});
  return at::matmul(weight.flatten(2).transpose(0, 1), both).unflatten(2, {4, 4});
}

// Demodulation against the gains of the producer: 1 / sqrt(sum_c g_c^2 e_oc + eps), [N,cout].
at::Tensor demodulation(const at::Tensor& weight, const at::Tensor& producer_gains) {
  const auto energy = weight.square().sum({2, 3});
  return at::rsqrt(at::matmul(producer_gains.square(), energy.t()) + kLiteDemodEps);
}

// State of one synthesis pass, moved along the layer table.
struct Pass {
  const SynthesisOptions& options;
  const LiteObserver& observe;
  at::Tensor w;
  at::ScalarType type;
  at::Tensor x, gains, rgb;  // the map, the gains its channels carry, the picture so far
};

at::Tensor noise_of(const LiteUnitImpl& unit, int64_t row, const Pass& pass) {
  auto seeds = pass.options.noise_seeds;
  if (pass.options.noise == NoiseMode::kConst) seeds = at::zeros({pass.w.size(0)}, at::kLong);
  if (!seeds.defined())
    fail("models", unit.layer.name, "random noise was asked for without noise seeds",
         "pass noise_seeds, one a picture");
  const auto noise = lite_noise(seeds, row, unit.layer.side()).to(pass.w.options());
  return (noise * unit.noise_strength.view({1, -1, 1, 1})).to(pass.type);
}

at::Tensor accumulate_start(const LiteUnitImpl& unit, const Pass& pass) {
  const auto constant = unit.constant.flatten();
  const auto sum = unit.layer.dense() ? at::linear(pass.w, unit.scaled_weight()) + constant
                                      : constant.expand({pass.w.size(0), constant.size(0)});
  return sum.reshape({-1, kLiteStart, kLiteStart, unit.layer.cout}).permute({0, 3, 1, 2}).to(pass.type);
}

at::Tensor accumulate_conv(const LiteUnitImpl& unit, const at::Tensor& weight, const Pass& pass) {
  if (unit.layer.op == LiteOp::kConv3) return at::conv2d(pass.x, to_conv_type(weight, pass.type), {}, {1, 1}, {1, 1});
  return at::conv_transpose2d(pass.x, to_conv_type(transposed_kernel(weight), pass.type), {}, {2, 2}, {1, 1});
}

void run_map_layer(const LiteUnitImpl& unit, int64_t row, Pass& pass) {
  const auto gains = unit.gains(pass.w);
  auto scale = gains * kActGain;
  at::Tensor sum;
  if (unit.layer.op == LiteOp::kStart) {
    sum = accumulate_start(unit, pass);
  } else {
    const auto weight = unit.scaled_weight();
    if (unit.layer.demod) scale = scale * demodulation(weight, pass.gains);
    sum = accumulate_conv(unit, weight, pass);
  }
  if (unit.layer.noise && pass.options.noise != NoiseMode::kNone) sum = sum + noise_of(unit, row, pass);
  pass.x = lite_epilogue(sum, unit.scaled_bias(), scale, {}, true);
  pass.gains = gains;
  if (pass.observe) pass.observe(static_cast<size_t>(row), pass.x, scale);
}

void run_to_rgb(const LiteUnitImpl& unit, Pass& pass) {
  const auto weight = unit.scaled_weight().unsqueeze(0) * unit.gains(pass.w).unsqueeze(1);
  const auto rgb = lite_to_rgb(pass.x, weight, true) + unit.bias.view({1, -1, 1, 1});
  if (!pass.rgb.defined()) {
    pass.rgb = rgb;
    return;
  }
  const std::vector<int64_t> size = {rgb.size(2), rgb.size(3)};
  pass.rgb = at::upsample_bilinear2d(pass.rgb, size, false) + rgb;
}

}  // namespace

torch::Tensor lite_float_mapping(const std::vector<LiteUnit>& units, const torch::Tensor& z,
                                 const LiteObserver& observe) {
  auto x = z;
  for (size_t row = 0; row < units.size() && units[row]->layer.op == LiteOp::kMap; ++row) {
    x = at::leaky_relu(at::linear(x, units[row]->scaled_weight(), units[row]->scaled_bias()), kLiteSlope) * kActGain;
    if (observe) observe(row, x, {});
  }
  return x;
}

torch::Tensor lite_float_synthesis(const std::vector<LiteUnit>& units, const torch::Tensor& w,
                                   const SynthesisOptions& options, torch::ScalarType type,
                                   const LiteObserver& observe) {
  Pass pass{options, observe, w, type, {}, {}, {}};
  for (size_t row = 0; row < units.size(); ++row) {
    const LiteUnitImpl& unit = *units[row];
    if (unit.layer.makes_map()) run_map_layer(unit, static_cast<int64_t>(row), pass);
    if (unit.layer.op != LiteOp::kToRgb) continue;
    run_to_rgb(unit, pass);
    if (observe) observe(row, pass.rgb, {});
  }
  return pass.rgb;
}

}  // namespace centigan
