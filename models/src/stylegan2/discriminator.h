// The StyleGAN2 discriminator: blocks of two convolutions, minibatch standard deviation, projection onto a mapped
// label. resnet: with a linear branch beside the two convolutions; skip: the shrunk picture enters at every block.
#pragma once
#include "centigan/models/discriminator.h"
#include "layers.h"

namespace centigan {

class DiscriminatorBlock final : public torch::nn::Module {
 public:
  DiscriminatorBlock(const ParameterInit& init, const ModelConfig& config, int64_t resolution);
  // x: map of the block before, undefined in the first; image: the picture while blocks still take it, else undefined.
  // Both are replaced, by maps and pictures of half the side.
  void forward(torch::Tensor& x, torch::Tensor& image, bool exact, const MapHook& hook = nullptr) const;
  std::vector<std::shared_ptr<PlainConv>> layers() const;  // in order of construction

 private:
  const ModelConfig config_;
  int64_t resolution_;
  bool passes_image_;
  torch::Tensor resample_filter_;
  std::shared_ptr<PlainConv> fromrgb_, conv0_, conv1_, skip_;
};

class DiscriminatorEpilogue final : public torch::nn::Module {
 public:
  DiscriminatorEpilogue(const ParameterInit& init, const ModelConfig& config, int64_t outputs);
  // [N,C,4,4], and the picture if the architecture takes it here -> [N,feature_size()]
  torch::Tensor features(const torch::Tensor& x, const torch::Tensor& image) const;
  torch::Tensor forward(const torch::Tensor& features) const;  // -> [N,outputs]
  int64_t feature_size() const { return feature_size_; }

 private:
  int64_t group_size_, features_, feature_size_;
  std::shared_ptr<PlainConv> fromrgb_, conv_;
  std::shared_ptr<FullyConnected> fc_, out_;
};

class StyleGan2Discriminator final : public LayeredDiscriminator {
 public:
  StyleGan2Discriminator(const ModelConfig& config, uint64_t seed);
  Maps maps(const torch::Tensor& images, bool exact, const MapHook& hook) override;
  torch::Tensor features(const Maps& maps, bool exact) override;
  torch::Tensor score(const torch::Tensor& features, const torch::Tensor& c) override;
  int64_t feature_size() const override { return epilogue_->feature_size(); }
  void freeze(int64_t layers) override;
  const std::vector<std::shared_ptr<DiscriminatorBlock>>& blocks() const { return blocks_; }

 private:
  std::vector<std::shared_ptr<DiscriminatorBlock>> blocks_;
  std::shared_ptr<Mapping> mapping_;
  std::shared_ptr<DiscriminatorEpilogue> epilogue_;
};

}  // namespace centigan
