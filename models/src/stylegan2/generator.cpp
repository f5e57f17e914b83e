#include "generator.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/models/stylegan2.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

constexpr int64_t kFirstResolution = 4;

// Style of a block's first convolution: 0 at 4 px, 1 at 8, 3 at 16, … A block's RGB layer shares its style with the
// next block's first convolution.
int64_t first_style(int64_t resolution) {
  int64_t slot = 0;
  for (int64_t r = kFirstResolution; r < resolution; r *= 2) slot += slot == 0 ? 1 : 2;
  return slot;
}

// Two styles a resolution, less those that 4 px lacks.
int64_t style_count(int64_t resolution) {
  return resolution == kFirstResolution ? 2 : first_style(resolution) + 3;
}

}  // namespace

int64_t stylegan2_channels(const StyleGan2Config& config, int64_t resolution) {
  return std::min(config.channel_base / resolution, config.channel_max);
}

SynthesisBlock::SynthesisBlock(const ParameterInit& init, const ModelConfig& config, int64_t resolution)
    : config_(config), resolution_(resolution), first_w_(first_style(resolution)) {
  const StyleGan2Config& c = config.stylegan2;
  const bool first = resolution == kFirstResolution, residual = c.g_architecture == "resnet" && !first;
  const int64_t out = stylegan2_channels(c, resolution), in = first ? out : stylegan2_channels(c, resolution / 2);
  const double half = residual ? std::sqrt(0.5) : 1.0;  // of the sum of two branches
  const auto layer = [&](const char* name, const SynthesisLayer::Shape& shape) {
    return register_module(name, std::make_shared<SynthesisLayer>(init.child(name), config, resolution, shape));
  };
  if (first) const_ = register_parameter("const", init.normal("const", {out, c.base_height, c.base_width}));
  resample_filter_ = register_buffer("resample_filter", setup_filter({1, 3, 3, 1}));
  if (!first) conv0_ = layer("conv0", {in, out, 2, 1.0});
  conv1_ = layer("conv1", {out, out, 1, half});
  if (c.g_architecture == "skip" || resolution == config.resolution)
    torgb_ = register_module("torgb", std::make_shared<ToRgb>(init.child("torgb"), config, out));
  if (!residual) return;
  const PlainConv::Shape shape{in, out, 1, 2, 1, false, half};
  skip_ = register_module("skip", std::make_shared<PlainConv>(init.child("skip"), config, shape));
}

torch::Tensor SynthesisBlock::first_map(int64_t count) const {
  return const_.unsqueeze(0).expand({count, -1, -1, -1});
}

void SynthesisBlock::forward(torch::Tensor& x, torch::Tensor& image, const torch::Tensor& ws,
                             const SynthesisOptions& options) const {
  const at::ScalarType type = block_type(config_, resolution_, conv1_->weight());
  int64_t slot = first_w_;
  x = (conv0_ ? x : first_map(ws.size(0))).to(type, false, false, at::MemoryFormat::ChannelsLast);
  const at::Tensor branch = skip_ ? skip_->forward(x) : at::Tensor();
  if (conv0_) x = conv0_->forward(x, ws.select(1, slot++), options);
  x = conv1_->forward(x, ws.select(1, slot++), options);
  if (skip_) x = branch + x;
  if (!torgb_) return;
  const at::Tensor rgb = torgb_->forward(x, ws.select(1, slot)).to(ws.scalar_type());
  image = image.defined() ? upsample2d(image, resample_filter_) + rgb : rgb;
}

Synthesis::Synthesis(const ParameterInit& init, const ModelConfig& config) {
  for (int64_t r = kFirstResolution; r <= config.resolution; r *= 2) {
    const std::string name = "b" + std::to_string(r);
    blocks_.push_back(register_module(name, std::make_shared<SynthesisBlock>(init.child(name), config, r)));
  }
}

torch::Tensor Synthesis::forward(const torch::Tensor& ws, const SynthesisOptions& options) const {
  at::Tensor x, image;
  for (const auto& block : blocks_) block->forward(x, image, ws, options);
  return image;
}

StyleGan2Generator::StyleGan2Generator(const ModelConfig& config, uint64_t seed) {
  const StyleGan2Config& c = config.stylegan2;
  shape_ = {c.z_dim,
            config.classes,
            c.w_dim,
            style_count(config.resolution),
            config.channels,
            picture_height(config),
            picture_width(config)};
  const ParameterInit init(seed, "stylegan2.G");
  synthesis_ = register_module("synthesis", std::make_shared<Synthesis>(init.child("synthesis"), config));
  const Mapping::Shape mapping{c.z_dim, config.classes, c.w_dim, c.mapping_layers, true};
  mapping_ = register_module("mapping", std::make_shared<Mapping>(init.child("mapping"), mapping));
}

torch::Tensor StyleGan2Generator::mapping(const torch::Tensor& z, const torch::Tensor& c) {
  return mapping_->forward(z, c).unsqueeze(1).expand({-1, shape_.num_ws, -1});
}

torch::Tensor StyleGan2Generator::synthesis(const torch::Tensor& ws, const SynthesisOptions& options) {
  return synthesis_->forward(ws, options);
}

std::shared_ptr<Generator> make_stylegan2_generator(const ModelConfig& config, uint64_t seed) {
  return std::make_shared<StyleGan2Generator>(config, seed);
}

}  // namespace centigan
