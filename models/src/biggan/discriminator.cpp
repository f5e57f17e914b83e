#include "discriminator.h"

#include <ATen/ATen.h>

namespace centigan {

BigGanDownBlock::BigGanDownBlock(const LayerInit& init, const BigGanConfig& config, const BigGanBlock& block,
                                 bool first)
    : first_(first), shrinks_(block.resamples) {
  const auto conv = [&](const char* name, const Sizes& shape) {
    return register_module(name, std::make_shared<SpectralLayer>(init.child(name), shape, true, config.sn_eps));
  };
  const int64_t hidden = config.d_wide ? block.out : block.in;
  conv1_ = conv("conv1", {hidden, block.in, 3, 3});
  conv2_ = conv("conv2", {block.out, hidden, 3, 3});
  if (block.in != block.out || shrinks_) conv_sc_ = conv("conv_sc", {block.out, block.in, 1, 1});
}

// The shortcut's 1x1 convolution commutes with the mean of four pixels and is cheaper behind it; the release does it in
// this order in the first block only.
torch::Tensor BigGanDownBlock::forward(const torch::Tensor& x) {
  const at::Tensor h = conv2_->convolve(conv1_->convolve(first_ ? x : x.relu()).relu_());
  if (!conv_sc_) return h + x;
  if (!shrinks_) return h + conv_sc_->convolve(x);
  return at::avg_pool2d(h, {2, 2}) + conv_sc_->convolve(at::avg_pool2d(x, {2, 2}));
}

BigGanDiscriminator::BigGanDiscriminator(const ModelConfig& config, uint64_t seed) {
  const BigGanConfig& c = config.biggan;
  const LayerInit init(seed, "biggan.D", c.init);
  const auto blocks = biggan_d_blocks(config);
  const auto list = add_list(*this, "blocks");
  for (size_t i = 0; i < blocks.size(); ++i) {
    const std::string name = std::to_string(i);
    const LayerInit part = init.child("blocks." + name);
    const auto pair = add_list(*list, name);
    blocks_.push_back(
        pair->register_module("0", std::make_shared<BigGanDownBlock>(part.child("0"), c, blocks[i], i == 0)));
    attention_.push_back(blocks[i].attends ? pair->register_module("1", std::make_shared<SelfAttention>(
                                                                            part.child("1"), blocks[i].out, c.sn_eps))
                                           : nullptr);
  }
  const int64_t width = blocks.back().out;
  linear_ =
      register_module("linear", std::make_shared<SpectralLayer>(init.child("linear"), Sizes{1, width}, true, c.sn_eps));
  if (config.classes == 0) return;
  embed_ = register_module("embed", std::make_shared<SpectralLayer>(init.child("embed"), Sizes{config.classes, width},
                                                                    /*bias=*/false, c.sn_eps));
}

torch::Tensor BigGanDiscriminator::forward(const torch::Tensor& images, const torch::Tensor& c, bool /*exact*/) {
  at::Tensor x = images.to(linear_->type(), false, false, at::MemoryFormat::ChannelsLast);
  for (size_t i = 0; i < blocks_.size(); ++i) {
    x = blocks_[i]->forward(x);
    if (attention_[i]) x = attention_[i]->forward(x);
  }
  const at::Tensor h = x.relu().sum({2, 3});
  const at::Tensor logits = linear_->linear(h);
  return embed_ ? logits + (embed_->rows(c) * h).sum(1, true) : logits;
}

std::shared_ptr<Discriminator> make_biggan_discriminator(const ModelConfig& config, uint64_t seed) {
  return std::make_shared<BigGanDiscriminator>(config, seed);
}

}  // namespace centigan
