#include "elastic.h"

#include <ATen/ATen.h>

#include <tuple>
#include <utility>

#include "centigan/compress/prune.h"
#include "elastic_fit.h"

namespace centigan {
namespace {

torch::Tensor leading(const torch::Tensor& t, int64_t dim, int64_t count) {
  return t.defined() ? t.narrow(dim, 0, count) : t;
}

bool is_dense_start(const LiteLayer& layer) {
  return layer.op == LiteOp::kStart && layer.dense();
}

// What `layer` of a narrower network takes of a unit.
LiteUnit prefix_of(const LiteUnitImpl& from, const LiteLayer& layer, int64_t style) {
  LiteUnit unit = empty_unit(layer);
  unit->weight_gain = from.weight_gain, unit->bias_gain = from.bias_gain, unit->gain_scale = from.gain_scale;
  if (is_dense_start(layer))
    unit->weight =
        leading(leading(from.weight.unflatten(0, {-1, from.layer.cout}), 1, layer.cout), 2, style).flatten(0, 1);
  else
    unit->weight = leading(leading(from.weight, 0, layer.cout), 1, layer.cin);
  unit->bias = leading(from.bias, 0, layer.cout);
  unit->constant = leading(from.constant, 2, layer.cout);
  unit->noise_strength = leading(from.noise_strength, 0, layer.cout);
  const int64_t rows = layer.op == LiteOp::kToRgb ? layer.cin : layer.cout;
  unit->gain_weight = leading(leading(from.gain_weight, 0, rows), 1, style);
  unit->gain_bias = leading(from.gain_bias, 0, rows);
  return unit;
}

// Rounded to `bits` with one scale an output channel.
torch::Tensor rounded(const LiteUnitImpl& unit, int64_t bits) {
  const torch::Tensor weight =
      is_dense_start(unit.layer) ? unit.weight.unflatten(0, {-1, unit.layer.cout}).transpose(0, 1) : unit.weight;
  const double most = static_cast<double>((1 << (bits - 1)) - 1);
  const auto peaks = weight.detach().flatten(1).abs().amax(1).clamp_min(1e-12);
  std::vector<int64_t> shape(static_cast<size_t>(weight.dim()), 1);
  shape[0] = -1;
  const auto scale = (peaks / most).view(shape);
  const auto whole = at::round(weight / scale) * scale;
  return is_dense_start(unit.layer) ? whole.transpose(0, 1).flatten(0, 1) : whole;
}

void copy_defined(torch::Tensor& to, const torch::Tensor& from, double ratio = 1.0) {
  if (to.defined() && from.defined()) to.copy_(from * ratio);
}

// Values of a unit into one of equal sizes that may have other scales.
void copy_unit(const LiteUnitImpl& from, LiteUnitImpl& to) {
  copy_defined(to.weight, from.weight, from.weight_gain / to.weight_gain);
  copy_defined(to.bias, from.bias, from.bias_gain / to.bias_gain);
  copy_defined(to.constant, from.constant);
  copy_defined(to.noise_strength, from.noise_strength);
  copy_defined(to.gain_weight, from.gain_weight, from.gain_scale / to.gain_scale);
  copy_defined(to.gain_bias, from.gain_bias);
}

torch::Tensor picked(const torch::Tensor& t, int64_t dim, const torch::Tensor& order) {
  return t.defined() ? t.index_select(dim, order) : t;
}

// The unit with its channels in another order.
LiteUnit reordered(const LiteUnitImpl& from, const torch::Tensor& in, const torch::Tensor& out,
                   const torch::Tensor& style) {
  LiteUnit unit = empty_unit(from.layer);
  unit->weight_gain = from.weight_gain, unit->bias_gain = from.bias_gain, unit->gain_scale = from.gain_scale;
  if (is_dense_start(from.layer))
    unit->weight = picked(picked(from.weight.unflatten(0, {-1, from.layer.cout}), 1, out), 2, style).flatten(0, 1);
  else
    unit->weight = picked(picked(from.weight, 0, out), 1, in);
  unit->bias = picked(from.bias, 0, out);
  unit->constant = picked(from.constant, 2, out);
  unit->noise_strength = picked(from.noise_strength, 0, out);
  unit->gain_weight = picked(picked(from.gain_weight, 0, from.layer.op == LiteOp::kToRgb ? in : out), 1, style);
  unit->gain_bias = picked(from.gain_bias, 0, from.layer.op == LiteOp::kToRgb ? in : out);
  return unit;
}

// Strongest channels first; a picture is what it was.
void sort_channels(const LiteGenerator& from, const std::vector<torch::Tensor>& responses, LiteGenerator& to) {
  auto in = at::arange(lite_input_size(from.config()), at::kLong), style = in;
  for (size_t row = 0; row < from.units().size(); ++row) {
    const LiteUnitImpl& unit = *from.units()[row];
    const bool rgb = unit.layer.op == LiteOp::kToRgb;
    const auto out = rgb ? at::arange(unit.layer.cout, at::kLong)
                         : std::get<1>(at::sort(responses[row], /*stable=*/true, /*dim=*/0, /*descending=*/true));
    copy_unit(*reordered(unit, in, out, style), *to.units()[row]);
    if (unit.layer.op == LiteOp::kMap) style = out;
    if (!rgb) in = out;
  }
  to.w_avg().copy_(picked(const_cast<LiteGenerator&>(from).w_avg(), 0, style));
}

// The layers that a network may have instead of others.
std::vector<LiteLayer> short_layers(const ModelConfig& widest) {
  std::vector<LiteLayer> layers;
  const auto add = [&](LiteLayer layer, const LiteLayer& first_layer) {
    layer.op = first_layer.op, layer.cin = first_layer.cin;
    layer.demod = layer.demod && layer.convolves();
    layer.noise = layer.noise && layer.convolves();
    layers.push_back(layer);
    if (!is_dense_start(layer)) return;
    layer.name += "_const", layer.cin = 0;
    layers.push_back(layer);
  };
  LiteLayer first_layer;
  for (LiteLayer layer : lite_layers(widest)) {
    if (layer.makes_map() && layer.op != LiteOp::kConv3) first_layer = layer;
    if (is_dense_start(layer)) {
      layer.name = "start_const", layer.cin = 0;
      layers.push_back(layer);
    }
    if (layer.op != LiteOp::kConv3) continue;
    layer.name += "_first";
    add(layer, first_layer);
  }
  return layers;
}

}  // namespace

int64_t convs_at(const ModelConfig& config, int64_t level) {
  if (level == 0) return config.lite.first_convs;
  const auto& convs = config.lite.level_convs;
  return convs.size() == 1 ? convs[0] : convs[static_cast<size_t>(level - 1)];
}

ShortUnits::ShortUnits(const ModelConfig& widest, uint64_t seed) {
  for (const LiteLayer& layer : short_layers(widest)) {
    units.push_back(std::make_shared<LiteUnitImpl>(layer, widest.lite.w_dim, seed));
    register_module(layer.name, units.back());
  }
}

Elastic::Elastic(std::shared_ptr<LiteGenerator> widest, uint64_t seed)
    : widest_(std::move(widest)), shorts_(std::make_shared<ShortUnits>(widest_->config(), seed)) {
  for (const LiteUnit& unit : widest_->units()) by_name_[unit->layer.name] = unit;
  for (const LiteUnit& unit : shorts_->units) by_name_[unit->layer.name] = unit;
}

Elastic Elastic::of(LiteGenerator& generator, uint64_t seed, int64_t probes) {
  const auto responses = channel_responses(generator, seed, probes);
  const at::NoGradGuard no_grad;
  Elastic elastic(std::make_shared<LiteGenerator>(generator.config(), seed), seed);
  sort_channels(generator, responses, *elastic.widest_);
  if (generator.embed().defined()) elastic.widest_->embed().copy_(generator.embed());
  elastic.fit_shorts(seed);
  return elastic;
}

// A level that lost its first convolutions begins with the short unit of the last of them.
std::string Elastic::source_of(const LiteLayer& layer, const ModelConfig& member) const {
  const std::string level = "b" + std::to_string(layer.side()) + "_";
  const int64_t lost = layer.op == LiteOp::kMap ? 0 : convs_at(config(), layer.level) - convs_at(member, layer.level);
  if (layer.op == LiteOp::kConv3)
    return level + "conv" + std::to_string(std::stoll(layer.name.substr(level.size() + 4)) + lost);
  if (layer.op == LiteOp::kMap || layer.op == LiteOp::kToRgb) return layer.name;
  const std::string name = lost == 0 ? layer.name : level + "conv" + std::to_string(lost - 1) + "_first";
  return config().lite.start_dense && !member.lite.start_dense && layer.level == 0 ? name + "_const" : name;
}

std::shared_ptr<LiteMember> Elastic::member(const ModelConfig& member) const {
  std::vector<LiteUnit> units;
  const auto& bits = member.lite.quant.bits;
  for (const LiteLayer& layer : lite_layers(member)) {
    units.push_back(prefix_of(unit(source_of(layer, member)), layer, member.lite.w_dim));
    const bool rounds = !bits.empty() && units.back()->weight.defined();
    if (rounds) units.back()->weight = rounded(*units.back(), bits[units.size() - 1]);
  }
  return std::make_shared<LiteMember>(member, std::move(units), widest_->embed(),
                                      leading(widest_->w_avg(), 0, member.lite.w_dim));
}

std::shared_ptr<LiteGenerator> Elastic::cut(const ModelConfig& config) const {
  const at::NoGradGuard no_grad;
  ModelConfig floats = config;
  floats.lite.quant.bits.clear();
  const auto source = member(floats);
  auto network = std::make_shared<LiteGenerator>(config, 0);
  for (size_t row = 0; row < source->units().size(); ++row) copy_unit(*source->units()[row], *network->units()[row]);
  if (network->embed().defined()) network->embed().copy_(source->embed());
  network->w_avg().copy_(source->w_avg());
  return network;
}

void Elastic::fit_shorts(uint64_t seed) {
  for (const LiteUnit& unit : shorts_->units) fit_short_unit(*widest_, *unit, seed);
}

}  // namespace centigan
