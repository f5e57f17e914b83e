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
  void forward(torch::Tensor& x, torch::Tensor& image, bool exact) const;
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
  // [N,C,4,4], and the picture if the architecture takes it here -> [N,outputs]
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& image) const;

 private:
  int64_t group_size_, features_;
  std::shared_ptr<PlainConv> fromrgb_, conv_;
  std::shared_ptr<FullyConnected> fc_, out_;
};

class StyleGan2Discriminator final : public Discriminator {
 public:
  StyleGan2Discriminator(const ModelConfig& config, uint64_t seed);
  torch::Tensor forward(const torch::Tensor& images, const torch::Tensor& c, bool exact = false) override;
  void freeze(int64_t layers) override;
  const std::vector<std::shared_ptr<DiscriminatorBlock>>& blocks() const { return blocks_; }

 private:
  std::vector<std::shared_ptr<DiscriminatorBlock>> blocks_;
  std::shared_ptr<Mapping> mapping_;
  std::shared_ptr<DiscriminatorEpilogue> epilogue_;
};

}  // namespace centigan
