#include "elastic_fit.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <string>
#include <vector>

#include "centigan/core/random.h"
#include "centigan/models/drawing.h"
#include "centigan/models/lite_member.h"
#include "least_squares.h"

namespace centigan {
namespace {

constexpr int64_t kStartSamples = 1024, kMostRows = 32768, kFewestSamples = 8;

// A toRGB that shows a map as it is.
LiteUnit window(const LiteLayer& layer, int64_t style) {
  LiteUnit unit = empty_unit({LiteOp::kToRgb, "window", layer.level, layer.cout, layer.cout});
  unit->weight = at::eye(layer.cout), unit->bias = at::zeros({layer.cout});
  unit->gain_weight = at::zeros({layer.cout, style}), unit->gain_bias = at::ones({layer.cout});
  return unit;
}

LiteUnit shared(const LiteUnitImpl& unit) {
  return std::const_pointer_cast<LiteUnitImpl>(std::static_pointer_cast<const LiteUnitImpl>(unit.shared_from_this()));
}

// What a network sees while layers stand for others.
class MapProbe {
 public:
  MapProbe(LiteGenerator& generator, int64_t samples, uint64_t seed)
      : generator_(generator), config_(generator.config()) {
    config_.precision = "float32";
    z_ = RandomStream(seed, "elastic").normal(0, samples, config_.lite.z_dim);
    c_ = drawn_labels(RandomStream(seed, "elastic/labels"), 0, samples, config_.classes);
    ws_ = generator.mapping(z_, c_);
  }

  torch::Tensor styles() const { return ws_.select(1, 0); }

  // The map that `last` makes after all layers of the generator before row `before`.
  torch::Tensor map(size_t before, const LiteUnitImpl& last) const {
    std::vector<LiteUnit> units;
    for (size_t row = 0; row < before; ++row)
      if (generator_.units()[row]->layer.op != LiteOp::kToRgb) units.push_back(generator_.units()[row]);
    units.push_back(shared(last));
    units.push_back(window(last.layer, config_.lite.w_dim));
    return LiteMember(config_, units, {}, {}).synthesis(ws_, {NoiseMode::kNone, {}});
  }

  torch::Tensor map_of(size_t row) const { return map(row, *generator_.units()[row]); }

  // That of the last layer before `row` that makes one.
  torch::Tensor map_before(size_t row) const {
    do --row;
    while (!generator_.units()[row]->layer.makes_map());
    return map_of(row);
  }

 private:
  LiteGenerator& generator_;
  ModelConfig config_;
  torch::Tensor z_, c_, ws_;
};

torch::Tensor least_squared(const torch::Tensor& x, const torch::Tensor& y) {
  LeastSquares sums;
  sums.add(x, y);
  return sums.solve();
}

// Sums of `layer` before bias and gain, [N,C,H,W].
torch::Tensor sums_of(const MapProbe& probe, const LiteUnitImpl& layer, size_t row) {
  if (layer.layer.op == LiteOp::kConv3)
    return at::conv2d(probe.map_before(row), layer.scaled_weight(), {}, {1, 1}, {1, 1});
  const auto sums = at::linear(probe.styles(), layer.scaled_weight()) + layer.constant.flatten();
  return sums.view({-1, kLiteStart, kLiteStart, layer.layer.cout}).permute({0, 3, 1, 2});
}

void fit_convolution(const torch::Tensor& map, const torch::Tensor& sums, LiteUnitImpl& unit) {
  const auto inputs = neighbourhoods(at::upsample_nearest2d(map, {sums.size(2), sums.size(3)}));
  const auto solved = least_squared(inputs, sums.permute({0, 2, 3, 1}).flatten(0, 2));
  unit.weight.copy_(solved.t().view_as(unit.weight) / unit.weight_gain);
}

void fit_start(const torch::Tensor& styles, const torch::Tensor& sums, LiteUnitImpl& unit) {
  const auto wanted = sums.permute({0, 2, 3, 1}).flatten(1);
  unit.constant.copy_(wanted.mean(0).view_as(unit.constant));
  if (!unit.layer.dense()) return;
  const auto solved = least_squared(with_ones(styles), wanted);
  unit.weight.copy_(solved.narrow(0, 0, styles.size(1)).t() / unit.weight_gain);
  unit.constant.copy_(solved[styles.size(1)].view_as(unit.constant));
}

// Bias, gains and noise of the layer it stands for.
void copy_rest(const LiteUnitImpl& from, LiteUnitImpl& to) {
  to.bias.copy_(from.bias);
  to.gain_weight.copy_(from.gain_weight);
  to.gain_bias.copy_(from.gain_bias);
  if (to.noise_strength.defined()) to.noise_strength.copy_(from.noise_strength);
}

// The factor a channel that brings one map nearest to another. Before the activation, where the next layer's
// demodulation does not see it; a unit that is demodulated itself can only take it as gains.
void match_scales(const torch::Tensor& drawn, const torch::Tensor& wanted, LiteUnitImpl& unit) {
  const auto ratio =
      ((drawn * wanted).sum({0, 2, 3}) / (drawn * drawn).sum({0, 2, 3}).clamp_min(1e-12)).clamp_min(0.01);
  if (unit.layer.demod) {
    unit.gain_weight.mul_(ratio.unsqueeze(1)), unit.gain_bias.mul_(ratio);
    return;
  }
  unit.bias.mul_(ratio);
  if (unit.constant.defined()) unit.constant.mul_(ratio);
  if (unit.layer.convolves()) unit.weight.mul_(ratio.view({-1, 1, 1, 1}));
  if (unit.layer.dense()) unit.weight.mul_(ratio.repeat(kLiteStart * kLiteStart).unsqueeze(1));
  if (unit.noise_strength.defined()) unit.noise_strength.mul_(ratio);
}

size_t row_of(const LiteGenerator& generator, const std::string& short_name) {
  for (size_t row = 0; row < generator.units().size(); ++row)
    if (short_name.rfind(generator.units()[row]->layer.name + "_", 0) == 0) return row;
  return 0;
}

size_t first_of_level(const LiteGenerator& generator, size_t row) {
  const auto begins = [&](size_t r) {
    const LiteLayer& layer = generator.units()[r]->layer;
    return layer.makes_map() && layer.op != LiteOp::kConv3;
  };
  while (!begins(row)) --row;
  return row;
}

}  // namespace

void fit_short_unit(LiteGenerator& generator, LiteUnitImpl& unit, uint64_t seed) {
  const at::NoGradGuard no_grad;
  const bool start = unit.layer.op == LiteOp::kStart;
  const int64_t pixels = unit.layer.side() * unit.layer.side();
  const MapProbe probe(generator, start ? kStartSamples : std::max(kFewestSamples, kMostRows / pixels), seed);
  const size_t row = row_of(generator, unit.layer.name), begins = first_of_level(generator, row);
  const LiteUnitImpl& layer = *generator.units()[row];
  copy_rest(layer, unit);
  const auto sums = sums_of(probe, layer, row);
  if (start)
    fit_start(probe.styles(), sums, unit);
  else
    fit_convolution(probe.map_before(begins), sums, unit);
  match_scales(probe.map(begins, unit), probe.map_of(row), unit);
}

}  // namespace centigan
