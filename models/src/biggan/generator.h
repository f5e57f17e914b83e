// BigGAN's generator, for its makers and its tests.
#pragma once
#include "centigan/models/biggan.h"
#include "layers.h"

namespace centigan {

class BigGanUpBlock final : public torch::nn::Module {
 public:
  BigGanUpBlock(const LayerInit& init, const ModelConfig& config, const BigGanBlock& block);
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& code);  // code [N,norm_input]

 private:
  std::shared_ptr<ConditionalNorm> bn1_, bn2_;
  std::shared_ptr<SpectralLayer> conv1_, conv2_, conv_sc_;
};

class BigGanGenerator final : public Generator {
 public:
  BigGanGenerator(const ModelConfig& config, uint64_t seed);
  const GeneratorShape& shape() const override { return shape_; }
  torch::Tensor mapping(const torch::Tensor& z, const torch::Tensor& c) override;
  torch::Tensor synthesis(const torch::Tensor& ws, const SynthesisOptions& options) override;

  // The latent shrinks towards 0 and the label stays: there is no mean style to track.
  torch::Tensor& w_avg() override { return w_avg_; }
  void track_w(const torch::Tensor& /*ws*/, double /*beta*/) override {}
  torch::Tensor truncate(const torch::Tensor& ws, double psi, int64_t cutoff, const torch::Tensor& c) override;

 private:
  torch::Tensor label_code(const torch::Tensor& c) const;
  torch::Tensor first_map(const torch::Tensor& row);

  ModelConfig config_;
  GeneratorShape shape_;
  BigGanCodes codes_;
  bool hier_;
  std::shared_ptr<ClassTable> shared_;
  std::shared_ptr<SpectralLayer> linear_, output_conv_;
  std::vector<std::shared_ptr<BigGanUpBlock>> blocks_;
  std::vector<std::shared_ptr<SelfAttention>> attention_;  // behind each block; null: none
  std::shared_ptr<OutputNorm> output_norm_;
  torch::Tensor w_avg_;  // zeros; not part of the state, as in the release
};

}  // namespace centigan
