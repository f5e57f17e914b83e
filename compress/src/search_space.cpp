#include "search_space.h"

#include <algorithm>
#include <map>
#include <utility>

#include "centigan/models/lite_quant.h"
#include "elastic.h"

namespace centigan {
namespace {

// Multiples of `step` from a quarter of `most` up, and `most`.
std::vector<int64_t> sizes_up_to(int64_t most, int64_t step) {
  std::vector<int64_t> sizes;
  for (int64_t size = (most / 4 + step - 1) / step * step; size < most; size += step)
    if (size > 0) sizes.push_back(size);
  sizes.push_back(most);
  return sizes;
}

std::vector<int64_t> up_to(int64_t most) {
  std::vector<int64_t> values;
  for (int64_t value = 0; value <= most; ++value) values.push_back(value);
  return values;
}

std::string side_name(const std::string& what, size_t level) {
  return what + std::to_string(kLiteStart << level);
}

}  // namespace

SearchSpace::SearchSpace(const ModelConfig& widest, int64_t step, std::vector<std::string> class_names)
    : widest_(widest), class_names_(std::move(class_names)) {
  const LiteConfig& lite = widest.lite;
  widest_.lite.quant.bits.clear();
  if (lite.mapping_layers > 0) add("w_dim", sizes_up_to(lite.w_dim, step));
  for (size_t level = 0; level < lite.widths.size(); ++level) {
    add(side_name("width", level), sizes_up_to(lite.widths[level], step));
    add(side_name("convs", level), up_to(convs_at(widest, static_cast<int64_t>(level))));
  }
  if (lite.start_dense) add("start_dense", {0, 1});
  for (const LiteLayer& layer : lite_layers(widest))
    if (lite_packs(layer)) add("bits." + layer.name, {4, 6, 8});
}

Genome SearchSpace::widest() const {
  Genome genome;
  for (const Gene& gene : genes_) genome.push_back(static_cast<int64_t>(gene.values.size()) - 1);
  return genome;
}

ModelConfig SearchSpace::floats(const Genome& genome) const {
  ModelConfig config = widest_;
  LiteConfig& lite = config.lite;
  std::vector<int64_t> convs(lite.widths.size(), 0);
  for (size_t i = 0; i < genes_.size(); ++i) {
    const int64_t value = genes_[i].values[static_cast<size_t>(genome[i])];
    const std::string& name = genes_[i].name;
    if (name == "w_dim") lite.w_dim = value;
    if (name == "start_dense") lite.start_dense = value != 0;
    for (size_t level = 0; level < convs.size(); ++level) {
      if (name == side_name("width", level)) lite.widths[level] = value;
      if (name == side_name("convs", level)) convs[level] = value;
    }
  }
  lite.d_widths = lite.widths;
  lite.first_convs = convs[0];
  lite.level_convs.assign(convs.begin() + 1, convs.end());
  if (lite.level_convs.empty()) lite.level_convs = {0};
  return config;
}

ModelConfig SearchSpace::student(const Genome& genome) const {
  ModelConfig config = floats(genome);
  std::map<std::string, int64_t> bits;
  for (size_t i = 0; i < genes_.size(); ++i) bits[genes_[i].name] = genes_[i].values[static_cast<size_t>(genome[i])];
  for (const LiteLayer& layer : lite_layers(config))
    config.lite.quant.bits.push_back(lite_packs(layer) ? bits.at("bits." + layer.name) : 8);
  return config;
}

DeviceCost SearchSpace::cost(const Genome& genome) const {
  QuantizedLite plan = lite_plan(student(genome));
  plan.class_names = class_names_;
  return cost_of(plan);
}

Genome SearchSpace::random(const RandomStream& stream, int64_t index) const {
  Genome genome;
  const auto count = static_cast<int64_t>(genes_.size());
  for (const Gene& gene : genes_)
    genome.push_back(
        stream.integer(index * count + static_cast<int64_t>(genome.size()), static_cast<int64_t>(gene.values.size())));
  return genome;
}

}  // namespace centigan
