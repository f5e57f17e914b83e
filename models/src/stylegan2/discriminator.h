// The StyleGAN2 discriminator: residual blocks, minibatch standard deviation, projection onto a mapped label.
#pragma once
#include "centigan/models/discriminator.h"
#include "layers.h"

namespace centigan {

class DiscriminatorBlock final : public torch::nn::Module {
 public:
  DiscriminatorBlock(const ParameterInit& init, const ModelConfig& config, int64_t resolution);
  // The picture in the first block, else the map of the block before -> a map of half the side.
  torch::Tensor forward(const torch::Tensor& x, bool exact) const;

 private:
  const ModelConfig config_;
  int64_t resolution_;
  torch::Tensor resample_filter_;
  std::shared_ptr<DiscriminatorConv> fromrgb_, conv0_, conv1_, skip_;
};

class DiscriminatorEpilogue final : public torch::nn::Module {
 public:
  DiscriminatorEpilogue(const ParameterInit& init, const ModelConfig& config, int64_t outputs);
  torch::Tensor forward(const torch::Tensor& x) const;  // [N,C,4,4] -> [N,outputs]

 private:
  int64_t group_size_, features_;
  std::shared_ptr<DiscriminatorConv> conv_;
  std::shared_ptr<FullyConnected> fc_, out_;
};

class StyleGan2Discriminator final : public Discriminator {
 public:
  StyleGan2Discriminator(const ModelConfig& config, uint64_t seed);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& c, bool exact = false) override;
  const std::vector<std::shared_ptr<DiscriminatorBlock>>& blocks() const { return blocks_; }

 private:
  std::vector<std::shared_ptr<DiscriminatorBlock>> blocks_;
  std::shared_ptr<Mapping> mapping_;
  std::shared_ptr<DiscriminatorEpilogue> epilogue_;
};

}  // namespace centigan
