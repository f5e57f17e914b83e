#include "generator.h"

#include <ATen/ATen.h>

#include "../labels.h"

namespace centigan {
namespace {

constexpr int64_t kFirstSide = 4;

at::Tensor enlarged(const at::Tensor& x) {
  return at::upsample_nearest2d(x, {2 * x.size(2), 2 * x.size(3)});
}

}  // namespace

BigGanUpBlock::BigGanUpBlock(const LayerInit& init, const ModelConfig& config, const BigGanBlock& block) {
  const auto conv = [&](const char* name, const Sizes& shape) {
    return register_module(name, std::make_shared<SpectralLayer>(init.child(name), shape, true, config.biggan.sn_eps));
  };
  const auto norm = [&](const char* name, int64_t channels) {
    return register_module(name, std::make_shared<ConditionalNorm>(init.child(name), config, channels));
  };
  conv1_ = conv("conv1", {block.out, block.in, 3, 3});
  conv2_ = conv("conv2", {block.out, block.out, 3, 3});
  conv_sc_ = conv("conv_sc", {block.out, block.in, 1, 1});
  bn1_ = norm("bn1", block.in);
  bn2_ = norm("bn2", block.out);
}

// The shortcut's 1x1 convolution commutes with the enlargement and is cheaper before it.
torch::Tensor BigGanUpBlock::forward(const torch::Tensor& x, const torch::Tensor& code) {
  const at::Tensor h = conv1_->convolve_enlarged(bn1_->forward(x, code));
  return conv2_->convolve(bn2_->forward(h, code)) + enlarged(conv_sc_->convolve(x));
}

BigGanGenerator::BigGanGenerator(const ModelConfig& config, uint64_t seed)
    : config_(config), codes_(biggan_codes(config)), hier_(config.biggan.hier) {
  const BigGanConfig& c = config.biggan;
  const int64_t r = config.resolution;
  shape_ = {
      codes_.chunk * codes_.rows, config.classes, codes_.label + codes_.chunk, codes_.rows, config.channels, r, r};
  const LayerInit init(seed, "biggan.G", c.init);
  if (config.classes > 0 && c.g_shared)
    shared_ =
        register_module("shared", std::make_shared<ClassTable>(init.child("shared"), config.classes, codes_.label));
  const auto blocks = biggan_g_blocks(config);
  const Sizes first = {blocks[0].in * kFirstSide * kFirstSide, codes_.chunk};
  linear_ = register_module("linear", std::make_shared<SpectralLayer>(init.child("linear"), first, true, c.sn_eps));
  const auto list = add_list(*this, "blocks");
  for (size_t i = 0; i < blocks.size(); ++i) {
    const std::string name = std::to_string(i);
    const LayerInit part = init.child("blocks." + name);
    const auto pair = add_list(*list, name);
    blocks_.push_back(pair->register_module("0", std::make_shared<BigGanUpBlock>(part.child("0"), config, blocks[i])));
    attention_.push_back(blocks[i].attends ? pair->register_module("1", std::make_shared<SelfAttention>(
                                                                            part.child("1"), blocks[i].out, c.sn_eps))
                                           : nullptr);
  }
  const auto output = add_list(*this, "output_layer");
  const int64_t last = blocks.back().out;
  const Sizes rgb = {config.channels, last, 3, 3};
  output_norm_ = output->register_module("0", std::make_shared<OutputNorm>(last, c));
  output_conv_ =
      output->register_module("2", std::make_shared<SpectralLayer>(init.child("output_layer.2"), rgb, true, c.sn_eps));
  w_avg_ = at::zeros({shape_.w_dim});
}

torch::Tensor BigGanGenerator::label_code(const torch::Tensor& c) const {
  if (shared_) return shared_->rows(c);
  require_labels(c, codes_.label);
  return c.to(linear_->type());
}

torch::Tensor BigGanGenerator::mapping(const torch::Tensor& z, const torch::Tensor& c) {
  const at::Tensor parts = z.to(linear_->type()).reshape({z.size(0), codes_.rows, codes_.chunk});
  if (codes_.label == 0) return parts;
  return at::cat({label_code(c).unsqueeze(1).expand({-1, codes_.rows, -1}), parts}, 2);
}

torch::Tensor BigGanGenerator::first_map(const torch::Tensor& row) {
  const at::Tensor h = linear_->linear(row.narrow(1, codes_.label, codes_.chunk));
  return h.view({h.size(0), -1, kFirstSide, kFirstSide})
      .to(biggan_type(config_, linear_->parameter()), false, false, at::MemoryFormat::ChannelsLast);
}

torch::Tensor BigGanGenerator::synthesis(const torch::Tensor& ws, const SynthesisOptions& /*options*/) {
  at::Tensor x = first_map(ws.select(1, 0));
  for (size_t i = 0; i < blocks_.size(); ++i) {
    const int64_t row = static_cast<int64_t>(hier_ ? i + 1 : 0);
    x = blocks_[i]->forward(x, ws.select(1, row).narrow(1, 0, codes_.norm_input));
    if (attention_[i]) x = attention_[i]->forward(x);
  }
  return output_conv_->convolve(output_norm_->forward(x)).to(linear_->type()).tanh();
}

torch::Tensor BigGanGenerator::truncate(const torch::Tensor& ws, double psi, int64_t cutoff,
                                        const torch::Tensor& /*c*/) {
  if (psi == 1.0 || cutoff == 0) return ws;
  const int64_t rows = cutoff < 0 ? codes_.rows : std::min(cutoff, codes_.rows);
  at::Tensor scale = at::ones({codes_.rows, shape_.w_dim}, ws.options());
  scale.narrow(0, 0, rows).narrow(1, codes_.label, codes_.chunk).fill_(psi);
  return ws * scale;
}

void set_standing_statistics(Generator& generator,
                             const std::vector<std::pair<torch::Tensor, torch::Tensor>>& batches) {
  const at::NoGradGuard no_grad;
  const bool training = generator.is_training();
  const auto each_norm = [&](auto work) {
    for (const auto& module : generator.modules(/*include_self=*/false))
      if (auto* norm = dynamic_cast<BatchStatistics*>(module.get())) work(*norm);
  };
  each_norm([](BatchStatistics& norm) { norm.begin_standing(); });
  generator.train();
  for (const auto& [z, c] : batches) generator.forward(z, c, 1.0, {});
  generator.train(training);
  each_norm([](BatchStatistics& norm) { norm.end_standing(); });
}

std::shared_ptr<Generator> make_biggan_generator(const ModelConfig& config, uint64_t seed) {
  return std::make_shared<BigGanGenerator>(config, seed);
}

}  // namespace centigan
