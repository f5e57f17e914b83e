// BigGAN's discriminator, for its makers and its tests.
#pragma once
#include "centigan/models/biggan.h"
#include "layers.h"

namespace centigan {

class BigGanDownBlock final : public torch::nn::Module {
 public:
  // `first`: the block sees the picture, so no ReLU comes before its first convolution.
  BigGanDownBlock(const LayerInit& init, const BigGanConfig& config, const BigGanBlock& block, bool first);
  torch::Tensor forward(const torch::Tensor& x, const MapHook& hook = nullptr);

 private:
  bool first_, shrinks_;
  std::shared_ptr<SpectralLayer> conv1_, conv2_, conv_sc_;
};

class BigGanDiscriminator final : public LayeredDiscriminator {
 public:
  BigGanDiscriminator(const ModelConfig& config, uint64_t seed);
  Maps maps(const torch::Tensor& images, bool exact, const MapHook& hook = nullptr) override;
  torch::Tensor features(const Maps& maps, bool exact) override;
  torch::Tensor score(const torch::Tensor& features, const torch::Tensor& c) override;
  int64_t feature_size() const override { return feature_size_; }

 private:
  torch::Tensor block(size_t i, const torch::Tensor& x, const MapHook& hook);

  ModelConfig config_;
  int64_t feature_size_;
  std::vector<std::shared_ptr<BigGanDownBlock>> blocks_;
  std::vector<std::shared_ptr<SelfAttention>> attention_;  // behind each block; null: none
  std::shared_ptr<SpectralLayer> linear_, embed_;
};

}  // namespace centigan
