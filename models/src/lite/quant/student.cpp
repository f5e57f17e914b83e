#include <ATen/ATen.h>

#include <cmath>

#include "../../labels.h"
#include "../class_centres.h"
#include "../fused.h"
#include "centigan/core/error.h"
#include "centigan/models/lite_quant.h"
#include "integers.h"
#include "straight_through.h"
#include "tables.h"

namespace centigan {
namespace {

constexpr double kRgbLimit = 4194303, kNoLimit = 1e15;

// The 4x4 kernel of the transposed convolution that draws the four 2x2 phases. [2,2,O,C,2,2] -> [C,O,4,4]
at::Tensor phases_as_transposed(const at::Tensor& weight) {
  return weight.permute({3, 2, 4, 0, 5, 1}).flip({2, 3, 4, 5}).reshape({weight.size(3), weight.size(2), 4, 4});
}

// The same for nearest x2 and 3x3, [O,C,3,3] -> [C,O,4,4].
at::Tensor nearest_as_transposed(const at::Tensor& weight) {
  const auto w = weight.permute({1, 0, 2, 3});
  const auto rows =
      at::stack({w.select(2, 2), w.select(2, 1) + w.select(2, 2), w.select(2, 0) + w.select(2, 1), w.select(2, 0)}, 2);
  return at::stack({rows.select(3, 2), rows.select(3, 1) + rows.select(3, 2), rows.select(3, 0) + rows.select(3, 1),
                    rows.select(3, 0)},
                   3);
}

struct StudentPass {
  const SynthesisOptions& options;
  at::Tensor w;              // integers, float64
  at::Tensor x, gains, rgb;  // the map in float32 integers; Q12 gains; V in 1/256 steps
};

at::Tensor accumulator(const LiteStudentUnitImpl& s, const LayerIntegers& layer, const StudentPass& pass) {
  if (s.layer.op == LiteOp::kStart) {
    const double unit = std::ldexp(1.0, static_cast<int>(s.shifts[kConstShift].item<int64_t>()));
    const auto constant = (layer.constant * unit).flatten();
    const auto sum = s.layer.dense() ? at::linear(pass.w, layer.weight, constant)
                                     : constant.expand({pass.w.size(0), constant.size(0)});
    return sum.reshape({-1, kLiteStart, kLiteStart, s.layer.cout}).permute({0, 3, 1, 2}).to(at::kFloat);
  }
  if (s.layer.op == LiteOp::kConv3) return integer_conv(pass.x, layer.weight, false);
  const bool phases = s.layer.op == LiteOp::kUp2p;
  return integer_conv(pass.x, phases ? phases_as_transposed(layer.weight) : nearest_as_transposed(layer.weight), true);
}

at::Tensor noise_sum(const LiteStudentUnitImpl& s, const LayerIntegers& layer, int64_t row, const StudentPass& pass) {
  auto seeds = pass.options.noise_seeds;
  if (pass.options.noise == NoiseMode::kConst) seeds = at::zeros({pass.w.size(0)}, at::kLong);
  if (!seeds.defined())
    fail("models", s.layer.name, "the student's noise was asked for without seeds", "pass noise_seeds, one a picture");
  const auto noise = lite_noise(seeds, row, s.layer.side()).to(pass.w.device()) * 32.0;
  return noise * layer.noise.view({1, -1, 1, 1}).to(at::kFloat);
}

void student_map(const LiteStudentUnitImpl& s, int64_t row, StudentPass& pass) {
  const auto layer = layer_integers(s, false);
  auto sum = accumulator(s, layer, pass);
  if (s.layer.noise && pass.options.noise != NoiseMode::kNone) sum = sum + noise_sum(s, layer, row, pass);
  const auto gains = integer_gains(layer, pass.w);
  const auto table = channel_table(s, layer, gains, pass.gains);
  pass.x = ste_requantise(sum, layer.bias.to(at::kFloat), (table.positive * layer.unit).to(at::kFloat),
                          (table.negative * layer.unit).to(at::kFloat));
  pass.gains = gains;
}

void student_rgb(const LiteStudentUnitImpl& s, StudentPass& pass) {
  const auto layer = layer_integers(s, !pass.rgb.defined());
  const auto product = layer.weight.unsqueeze(0) * integer_gains(layer, pass.w).unsqueeze(1);
  const auto folded = ste_round(product / 256.0, -kNoLimit, kNoLimit).to(at::kFloat);
  const auto sum = lite_to_rgb(pass.x, folded, true) + layer.bias.to(at::kFloat).view({1, -1, 1, 1});
  const auto factor = (layer.mult * layer.unit).to(at::kFloat).view({1, -1, 1, 1});
  const auto part = ste_round(sum * factor, -kRgbLimit, kRgbLimit);
  if (!pass.rgb.defined()) {
    pass.rgb = part;
    return;
  }
  const std::vector<int64_t> size = {part.size(2), part.size(3)};
  pass.rgb = ste_round(at::upsample_bilinear2d(pass.rgb, size, false), -kNoLimit, kNoLimit) + part;
}

at::Tensor student_map_vector(const LiteStudentUnitImpl& s, const at::Tensor& x) {
  const auto layer = layer_integers(s, false);
  const auto u = at::linear(x, layer.weight, layer.bias);
  const auto negative = negative_multiplier(layer.mult);
  return ste_round(u * at::where(u >= 0, layer.mult, negative) * layer.unit, -127, 127);
}

}  // namespace

LiteStudentUnitImpl::LiteStudentUnitImpl(const LiteLayer& l, int64_t w_dim) : layer(l) {
  const auto scalar = [](double value) { return at::scalar_tensor(value, at::kDouble); };
  const int64_t rows = l.op == LiteOp::kToRgb ? l.cin : l.cout;
  unit = register_module("float", std::make_shared<LiteUnitImpl>(l, w_dim, 0));
  alpha_in = register_buffer("alpha_in", scalar(1));
  alpha_out = register_buffer("alpha_out", scalar(1));
  alpha_style = register_buffer("alpha_style", scalar(1));
  sigma = register_buffer("sigma", at::ones({l.cout}, at::kDouble));
  shifts = register_buffer("shifts", at::tensor({0, 0, 0, 8}, at::kLong));
  if (l.gain) gain_sigma = register_buffer("gain_sigma", at::ones({rows}, at::kDouble));
  if (!l.demod) return;
  energy = register_buffer("energy", at::full({l.cout, l.cin}, 255, at::kByte));
  energy_max = register_buffer("energy_max", scalar(1));
}

LiteStudent::LiteStudent(const ModelConfig& config) : config_(config) {
  check_lite_config(config);
  const LiteConfig& lite = config.lite;
  shape_ = {lite.z_dim, config.classes, lite.w_dim, 1, config.channels, config.resolution, config.resolution};
  if (config.classes > 0) embed_ = register_parameter("embed", at::zeros({config.classes, lite.embed_dim}));
  for (const LiteLayer& layer : lite_student_layers(config)) {
    units_.push_back(std::make_shared<LiteStudentUnitImpl>(layer, lite.w_dim));
    register_module(layer.name, units_.back());
  }
  w_avg_ = register_buffer("w_avg", at::zeros({lite.w_dim}));
  calibrated_ = register_buffer("calibrated", at::zeros({}, at::kLong));
}

// The embedding has the latent's scale, so that one weight serves both.
torch::Tensor LiteStudent::input(const torch::Tensor& z, const torch::Tensor& c) const {
  const auto latent = ste_round(z.to(at::kDouble) / kLatentScale, -127, 127);
  if (!embed_.defined()) return latent;
  require_labels(c, config_.classes);
  const auto rows = at::matmul(c.to(embed_.options().dtype(at::kDouble)), embed_.to(at::kDouble));
  return at::cat({latent, ste_round(rows / kLatentScale, -127, 127)}, 1);
}

torch::Tensor LiteStudent::mapping(const torch::Tensor& z, const torch::Tensor& c) {
  if (calibrated_.item<int64_t>() == 0)
    fail_usage("models", "model.lite.int8", "the integers of this generator have no ranges yet",
               "make it from a trained one with `centigan distill`");
  auto x = input(z, c);
  for (const LiteStudentUnit& unit : units_) {
    if (unit->layer.op != LiteOp::kMap) break;
    x = student_map_vector(*unit, x);
  }
  return (x * style_scale()).to(z.scalar_type()).unsqueeze(1);
}

torch::Tensor LiteStudent::truncate(const torch::Tensor& ws, double psi, int64_t cutoff, const torch::Tensor& c) {
  if (psi == 1.0 || cutoff == 0) return ws;
  const auto steps = [&](const at::Tensor& t) { return ste_round(t.to(at::kDouble) / style_scale(), -127, 127); };
  const auto centre = steps(embed_.defined() && c.defined() ? centres_of_labels(*this, c) : w_avg_.view({1, 1, -1}));
  const auto w = centre + (steps(ws) - centre) * (std::floor(psi * 256.0 + 0.5) / 256.0);
  return (ste_round(w, -127, 127) * style_scale()).to(ws.scalar_type());
}

torch::Tensor LiteStudent::synthesis(const torch::Tensor& ws, const SynthesisOptions& options) {
  const auto w = ste_round(ws.select(1, 0).to(at::kDouble) / style_scale(), -127, 127);
  StudentPass pass{options, w, {}, {}, {}};
  for (size_t row = 0; row < units_.size(); ++row) {
    if (units_[row]->layer.makes_map()) student_map(*units_[row], static_cast<int64_t>(row), pass);
    if (units_[row]->layer.op == LiteOp::kToRgb) student_rgb(*units_[row], pass);
  }
  // V counts 1/256 of an 8-bit step and carries -128 for the rounding of the last shift. A quarter of its unit more
  // keeps float32 from falling below an integer.
  return (pass.rgb + 128.25) * (1.0 / kRgbUnit);
}

const torch::Tensor& LiteStudent::style_scale() const {
  return units_.back()->alpha_style;
}

}  // namespace centigan
