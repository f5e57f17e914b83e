// A lite generator over units whose tensors belong to others, such as the first channels of a wider one's.
#pragma once
#include <torch/types.h>

#include <vector>

#include "centigan/models/lite.h"

namespace centigan {

class LiteMember final : public Generator {
 public:
  // `units` in the order of lite_layers(config), with the sizes they have there; `embed` undefined without classes. The
  // module has no parameters: gradients go to whoever owns the tensors.
  LiteMember(const ModelConfig& config, std::vector<LiteUnit> units, torch::Tensor embed, torch::Tensor w_avg);
  const GeneratorShape& shape() const override { return shape_; }
  torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor& c) override;
  torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions& options) override;
  torch::Tensor& w_avg() override { return w_avg_; }
  const std::vector<LiteUnit>& units() const { return units_; }
  const torch::Tensor& embed() const { return embed_; }

 private:
  ModelConfig config_;
  GeneratorShape shape_;
  std::vector<LiteUnit> units_;
  torch::Tensor embed_, w_avg_;
};

// A unit without tensors and with scales of 1, to be given those of another one.
LiteUnit empty_unit(const LiteLayer& layer);

}  // namespace centigan
