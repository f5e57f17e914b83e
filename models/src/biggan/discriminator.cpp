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
torch::Tensor BigGanDownBlock::forward(const torch::Tensor& x, const MapHook& hook) {
  const at::Tensor middle = conv1_->convolve(first_ ? x : x.relu(), hook).relu_();
  if (!shrinks_) return conv2_->convolve(middle, hook) + (conv_sc_ ? conv_sc_->convolve(x) : x);
  const at::Tensor h = hook ? at::avg_pool2d(conv2_->convolve(middle, hook), {2, 2}) : conv2_->convolve_shrunk(middle);
  return h + conv_sc_->convolve(at::avg_pool2d(x, {2, 2}));
}

BigGanDiscriminator::BigGanDiscriminator(const ModelConfig& config, uint64_t seed)
    : config_(config), feature_size_(biggan_d_blocks(config).back().out) {
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
  linear_ = register_module(
      "linear", std::make_shared<SpectralLayer>(init.child("linear"), Sizes{1, feature_size_}, true, c.sn_eps));
  if (config.classes == 0) return;
  embed_ = register_module("embed",
                           std::make_shared<SpectralLayer>(init.child("embed"), Sizes{config.classes, feature_size_},
                                                           /*bias=*/false, c.sn_eps));
}

torch::Tensor BigGanDiscriminator::block(size_t i, const torch::Tensor& x, const MapHook& hook) {
  const at::Tensor y = blocks_[i]->forward(x, hook);
  return attention_[i] ? attention_[i]->forward(y) : y;
}

LayeredDiscriminator::Maps BigGanDiscriminator::maps(const torch::Tensor& images, bool exact, const MapHook& hook) {
  const at::ScalarType type = exact ? linear_->type() : biggan_type(config_, linear_->parameter());
  at::Tensor x = images.to(type, false, false, at::MemoryFormat::ChannelsLast);
  for (size_t i = 0; i + 1 < blocks_.size(); ++i) x = block(i, x, hook);
  return {x, {}};
}

torch::Tensor BigGanDiscriminator::features(const Maps& maps, bool /*exact*/) {
  return block(blocks_.size() - 1, maps.x, nullptr).relu().sum({2, 3}, /*keepdim=*/false, linear_->type());
}

torch::Tensor BigGanDiscriminator::score(const torch::Tensor& features, const torch::Tensor& c) {
  const at::Tensor logits = linear_->linear(features);
  return embed_ ? logits + (embed_->rows(c) * features).sum(1, true) : logits;
}

std::shared_ptr<Discriminator> make_biggan_discriminator(const ModelConfig& config, uint64_t seed) {
  return std::make_shared<BigGanDiscriminator>(config, seed);
}

}  // namespace centigan
