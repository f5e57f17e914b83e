// The StyleGAN2 generator: blocks of two convolutions. skip: RGB summed over resolutions; orig and resnet: RGB of the
// last block, resnet with a linear branch beside the two convolutions.
#pragma once
#include "layers.h"

namespace centigan {

class SynthesisBlock final : public torch::nn::Module {
 public:
  SynthesisBlock(const ParameterInit& init, const ModelConfig& config, int64_t resolution);
  // x: map of the block before, undefined in the first; image: RGB so far, undefined while there is none. Both are
  // replaced. ws: all styles.
  void forward(torch::Tensor& x, torch::Tensor& image, const torch::Tensor& ws, const SynthesisOptions& options) const;

 private:
  torch::Tensor first_map(int64_t count) const;
  const ModelConfig config_;
  int64_t resolution_, first_w_;
  torch::Tensor const_, resample_filter_;
  std::shared_ptr<SynthesisLayer> conv0_, conv1_;
  std::shared_ptr<ToRgb> torgb_;     // where the block gives RGB
  std::shared_ptr<PlainConv> skip_;  // of resnet
};

class Synthesis final : public torch::nn::Module {
 public:
  Synthesis(const ParameterInit& init, const ModelConfig& config);
  torch::Tensor forward(const torch::Tensor& ws, const SynthesisOptions& options) const;
  const std::vector<std::shared_ptr<SynthesisBlock>>& blocks() const { return blocks_; }

 private:
  std::vector<std::shared_ptr<SynthesisBlock>> blocks_;
};

class StyleGan2Generator final : public Generator {
 public:
  StyleGan2Generator(const ModelConfig& config, uint64_t seed);
  const GeneratorShape& shape() const override { return shape_; }
  torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor& c) override;
  torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions& options) override;
  torch::Tensor& w_avg() override { return mapping_->w_avg(); }
  const Synthesis& synthesis_network() const { return *synthesis_; }

 private:
  GeneratorShape shape_;
  std::shared_ptr<Synthesis> synthesis_;
  std::shared_ptr<Mapping> mapping_;
};

}  // namespace centigan
