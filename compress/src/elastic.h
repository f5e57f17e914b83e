// One lite generator that contains many: the first channels of every layer are a narrower one, and levels may do
// without their first convolutions.
#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "centigan/models/lite.h"
#include "centigan/models/lite_member.h"

namespace centigan {

// For each 3x3 convolution ("b8_conv0") a unit that stands for it and all layers of its level before it
// ("b8_conv0_first"): it upsamples, or is the first map. Where the style moves the first map itself, each unit that is
// the first map has a twin that is constant ("start_const", "b4_conv0_first_const").
struct ShortUnits : torch::nn::Module {
  explicit ShortUnits(const ModelConfig& widest, uint64_t seed);
  std::vector<LiteUnit> units;
};

class Elastic {
 public:
  // Fresh or about to be loaded.
  Elastic(std::shared_ptr<LiteGenerator> widest, uint64_t seed);

  // Channels of `generator` in the order of their responses (prune.h), short units fitted to what they stand for by
  // least squares over latents of (seed, "elastic").
  static Elastic of(LiteGenerator& generator, uint64_t seed, int64_t probes = 24);

  // `member`: the widest one's configuration with fewer widths, w_dim, first_convs, level_convs, or no start_dense.
  // Its tensors are views of those here, so gradients arrive here; bits of weights are those of member.lite.quant.bits,
  // rounded with one scale a channel.
  std::shared_ptr<LiteMember> member(const ModelConfig& member) const;

  // The same as a network of its own, without rounding.
  std::shared_ptr<LiteGenerator> cut(const ModelConfig& member) const;

  const ModelConfig& config() const { return widest_->config(); }
  const std::shared_ptr<LiteGenerator>& widest() const { return widest_; }
  const std::shared_ptr<ShortUnits>& shorts() const { return shorts_; }

 private:
  void fit_shorts(uint64_t seed);
  const LiteUnitImpl& unit(const std::string& name) const { return *by_name_.at(name); }
  std::string source_of(const LiteLayer& layer, const ModelConfig& member) const;

  std::shared_ptr<LiteGenerator> widest_;
  std::shared_ptr<ShortUnits> shorts_;
  std::map<std::string, LiteUnit> by_name_;
};

// Convolutions that a level has beside its first layer.
int64_t convs_at(const ModelConfig& config, int64_t level);

}  // namespace centigan
