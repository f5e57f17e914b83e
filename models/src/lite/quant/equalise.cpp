#include "equalise.h"

#include <ATen/ATen.h>

#include <vector>

#include "ranges.h"

namespace centigan {
namespace {

constexpr int64_t kEqualiseLatents = 512;
constexpr double kTopGain = 4.0;       // of the +-8 that a Q12 gain can be; training may move it
constexpr double kLeastShare = 1e-4;   // of a layer's largest, for channels that are all but dead
constexpr double kTopEmbedding = 3.5;  // of the +-3.97 that an int8 code of the latent's scale can be
constexpr double kTiny = 1e-12;

std::shared_ptr<LiteGenerator> copy_of(LiteGenerator& generator) {
  auto copy = std::make_shared<LiteGenerator>(generator.config(), 0);
  const auto& weight = generator.units().back()->weight;
  copy->to(weight.device(), weight.scalar_type());
  const auto parameters = generator.named_parameters();
  for (auto& item : copy->named_parameters()) item.value().copy_(parameters[item.key()]);
  copy->w_avg().copy_(generator.w_avg());
  return copy;
}

double geometric_mean(const at::Tensor& values) {
  return at::exp(at::log(at::clamp_min(values, kTiny)).mean()).item<double>();
}

at::Tensor shares(const at::Tensor& peaks) {
  return at::clamp_min(peaks / at::clamp_min(peaks.max(), kTiny), kLeastShare);
}

// How strongly each channel is read, by the reader that weighs it most.
at::Tensor reading_shares(const std::vector<LiteUnitImpl*>& readers) {
  at::Tensor largest;
  for (const LiteUnitImpl* reader : readers) {
    const auto weight = reader->scaled_weight().to(at::kCPU, at::kDouble).abs();
    const auto share = shares(reader->layer.convolves() ? weight.amax({0, 2, 3}) : weight.amax(0));
    largest = largest.defined() ? at::maximum(largest, share) : share;
  }
  return largest;
}

// The layers that read the map of `row`: its toRGB and the next convolution.
std::vector<LiteUnitImpl*> readers_of(const std::vector<LiteUnit>& units, size_t row) {
  std::vector<LiteUnitImpl*> readers;
  for (size_t next = row + 1; next < units.size(); ++next) {
    if (units[next]->layer.op == LiteOp::kToRgb) readers.push_back(units[next].get());
    if (!units[next]->layer.makes_map()) continue;
    readers.push_back(units[next].get());
    break;
  }
  return readers;
}

void scale_channels(LiteUnitImpl& writer, const std::vector<LiteUnitImpl*>& readers, const ChannelPeaks& peaks) {
  auto s = at::sqrt(shares(peaks.value) / reading_shares(readers));
  s = s * at::clamp_min((peaks.gain / s).max() / kTopGain, kTiny);
  const auto factor = s.to(writer.gain_weight.device(), writer.gain_weight.scalar_type());
  writer.gain_weight.div_(factor.unsqueeze(1));
  writer.gain_bias.div_(factor);
  for (LiteUnitImpl* reader : readers) {
    const bool convolves = reader->layer.convolves();
    reader->weight.mul_(convolves ? factor.view({1, -1, 1, 1}) : factor.view({1, -1}));
  }
}

// Every element of the embeddings gets the range of its code; the first mapping layer, which reads them, makes up for
// it.
void scale_embedding(LiteGenerator& generator) {
  LiteUnitImpl& reader = *generator.units()[0];
  if (!generator.embed().defined() || reader.layer.op != LiteOp::kMap) return;
  const auto factor = at::clamp_min(generator.embed().abs().amax(0) / kTopEmbedding, kTiny);
  generator.embed().div_(factor);
  reader.weight.narrow(1, generator.shape().z_dim, factor.size(0)).mul_(factor);
}

at::Tensor largest_energies(const LiteUnitImpl& unit) {
  return unit.scaled_weight().to(at::kCPU, at::kDouble).square().sum({2, 3}).amax(1);
}

void scale_filters(LiteUnitImpl& unit, double energy) {
  const auto factor = at::sqrt(energy / at::clamp_min(largest_energies(unit), kTiny)).to(unit.weight.options());
  unit.weight.mul_(factor.view({-1, 1, 1, 1}));
  unit.bias.mul_(factor);
  if (unit.noise_strength.defined()) unit.noise_strength.mul_(factor);
}

}  // namespace

std::shared_ptr<LiteGenerator> equalised(LiteGenerator& generator, uint64_t seed) {
  at::NoGradGuard guard;
  auto copy = copy_of(generator);
  scale_embedding(*copy);
  const auto& units = copy->units();
  const auto peaks = measure_channels(*copy, kEqualiseLatents, seed);
  std::vector<double> energies;  // before the channels move, so that weights keep their size
  for (const LiteUnit& unit : units)
    energies.push_back(unit->layer.demod ? geometric_mean(largest_energies(*unit)) : 0.0);
  for (size_t row = 0; row < units.size(); ++row)
    if (units[row]->layer.makes_map() && units[row]->layer.gain)
      scale_channels(*units[row], readers_of(units, row), peaks[row]);
  for (size_t row = 0; row < units.size(); ++row)
    if (units[row]->layer.demod) scale_filters(*units[row], energies[row]);
  return copy;
}

}  // namespace centigan
