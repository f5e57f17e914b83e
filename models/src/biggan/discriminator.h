// BigGAN's discriminator, for its makers and its tests.
#pragma once
#include "centigan/models/biggan.h"
#include "layers.h"

namespace centigan {

class BigGanDownBlock final : public torch::nn::Module {
 public:
  // `first`: the block sees the picture, so no ReLU comes before its first convolution.
  BigGanDownBlock(const LayerInit& init, const BigGanConfig& config, const BigGanBlock& block, bool first);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  bool first_, shrinks_;
  std::shared_ptr<SpectralLayer> conv1_, conv2_, conv_sc_;
};

class BigGanDiscriminator final : public Discriminator {
 public:
  BigGanDiscriminator(const ModelConfig& config, uint64_t seed);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& c, bool exact = false) override;

 private:
  std::vector<std::shared_ptr<BigGanDownBlock>> blocks_;
  std::vector<std::shared_ptr<SelfAttention>> attention_;  // behind each block; null: none
  std::shared_ptr<SpectralLayer> linear_, embed_;
};

}  // namespace centigan
