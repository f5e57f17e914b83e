#include "discriminator.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/error.h"
#include "centigan/models/stylegan2.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

constexpr int64_t kLastResolution = 4;
constexpr int64_t kLabelLayers = 8;  // whatever the generator's mapping has

}  // namespace

torch::Tensor minibatch_std(const torch::Tensor& x, int64_t group_size, int64_t features) {
  const int64_t n = x.size(0), group = group_size > 0 ? std::min(group_size, n) : n;
  if (n % group != 0) {
    fail("models", "discriminator",
         std::to_string(n) + " pictures are not a multiple of the group " + std::to_string(group),
         "set batch (and micro-batch) to a multiple of model.stylegan2.mbstd_group_size");
  }
  const at::Tensor groups = x.reshape({group, n / group, features, x.size(1) / features, x.size(2), x.size(3)});
  const at::Tensor deviation = (groups.var(at::IntArrayRef{0}, /*correction=*/0) + 1e-8).sqrt().mean({2, 3, 4});
  const at::Tensor planes = deviation.repeat({group, 1}).view({n, features, 1, 1});
  return at::cat({x, planes.expand({n, features, x.size(2), x.size(3)})}, 1);
}

DiscriminatorBlock::DiscriminatorBlock(const ParameterInit& init, const ModelConfig& config, int64_t resolution)
    : config_(config), resolution_(resolution), passes_image_(config.stylegan2.d_architecture == "skip") {
  const int64_t in = stylegan2_channels(config.stylegan2, resolution);
  const int64_t out = stylegan2_channels(config.stylegan2, resolution / 2);
  const bool residual = config.stylegan2.d_architecture == "resnet";
  const double half = residual ? std::sqrt(0.5) : 1.0;  // of the sum of two branches
  const auto conv = [&](const char* name, const PlainConv::Shape& shape) {
    return register_module(name, std::make_shared<PlainConv>(init.child(name), config, shape));
  };
  resample_filter_ = register_buffer("resample_filter", setup_filter({1, 3, 3, 1}));
  if (passes_image_ || resolution == config.resolution) fromrgb_ = conv("fromrgb", {config.channels, in, 1});
  conv0_ = conv("conv0", {in, in, 3});
  conv1_ = conv("conv1", {in, out, 3, 1, 2, true, half});
  if (residual) skip_ = conv("skip", {in, out, 1, 1, 2, false, half});
}

std::vector<std::shared_ptr<PlainConv>> DiscriminatorBlock::layers() const {
  std::vector<std::shared_ptr<PlainConv>> layers;
  for (const auto& layer : {fromrgb_, conv0_, conv1_, skip_})
    if (layer) layers.push_back(layer);
  return layers;
}

void DiscriminatorBlock::forward(torch::Tensor& x, torch::Tensor& image, bool exact, const MapHook& hook) const {
  const at::Tensor& weight = conv0_->weight();
  const at::ScalarType type = exact ? weight.scalar_type() : block_type(config_, resolution_, weight);
  constexpr auto layout = at::MemoryFormat::ChannelsLast;
  if (x.defined()) x = x.to(type, false, false, layout);
  if (fromrgb_) {
    image = image.to(type, false, false, layout);
    const at::Tensor seen = fromrgb_->forward(image);
    x = x.defined() ? x + seen : seen;
    image = passes_image_ ? downsample2d(image, resample_filter_) : at::Tensor();
  }
  const at::Tensor y = conv1_->forward(conv0_->forward(x, hook), hook);
  x = skip_ ? skip_->forward(x) + y : y;
}

DiscriminatorEpilogue::DiscriminatorEpilogue(const ParameterInit& init, const ModelConfig& config, int64_t outputs)
    : group_size_(config.stylegan2.mbstd_group_size),
      features_(config.stylegan2.mbstd_num_channels),
      feature_size_(stylegan2_channels(config.stylegan2, kLastResolution)) {
  const int64_t c = feature_size_;
  const int64_t pixels = map_size(config, kLastResolution).count();
  const auto conv = [&](const char* name, const PlainConv::Shape& shape) {
    return register_module(name, std::make_shared<PlainConv>(init.child(name), config, shape));
  };
  if (config.stylegan2.d_architecture == "skip" || config.resolution == kLastResolution)
    fromrgb_ = conv("fromrgb", {config.channels, c, 1});
  conv_ = conv("conv", {c + features_, c, 3});
  fc_ = register_module("fc", std::make_shared<FullyConnected>(init.child("fc"), c * pixels, c, "lrelu"));
  out_ = register_module("out", std::make_shared<FullyConnected>(init.child("out"), c, outputs));
}

torch::Tensor DiscriminatorEpilogue::features(const torch::Tensor& x, const torch::Tensor& image) const {
  at::Tensor map = x.defined() ? x.to(fc_->type()) : x;
  if (fromrgb_) {
    const at::Tensor seen = fromrgb_->forward(image.to(fc_->type()));
    map = map.defined() ? map + seen : seen;
  }
  const at::Tensor marked = features_ > 0 ? minibatch_std(map, group_size_, features_) : map;
  return fc_->forward(conv_->forward(marked).flatten(1));
}

torch::Tensor DiscriminatorEpilogue::forward(const torch::Tensor& features) const {
  return out_->forward(features);
}

StyleGan2Discriminator::StyleGan2Discriminator(const ModelConfig& config, uint64_t seed) {
  const ParameterInit init(seed, "stylegan2.D");
  for (int64_t r = config.resolution; r > kLastResolution; r /= 2) {
    const std::string name = "b" + std::to_string(r);
    blocks_.push_back(register_module(name, std::make_shared<DiscriminatorBlock>(init.child(name), config, r)));
  }
  const int64_t cmap = config.classes > 0 ? stylegan2_channels(config.stylegan2, kLastResolution) : 0;
  if (cmap > 0) {
    const Mapping::Shape shape{0, config.classes, cmap, kLabelLayers, false};
    mapping_ = register_module("mapping", std::make_shared<Mapping>(init.child("mapping"), shape));
  }
  epilogue_ = register_module(
      "b4", std::make_shared<DiscriminatorEpilogue>(init.child("b4"), config, std::max<int64_t>(cmap, 1)));
}

LayeredDiscriminator::Maps StyleGan2Discriminator::maps(const torch::Tensor& images, bool exact, const MapHook& hook) {
  Maps maps = {{}, images};
  for (const auto& block : blocks_) block->forward(maps.x, maps.image, exact, hook);
  return maps;
}

torch::Tensor StyleGan2Discriminator::features(const Maps& maps, bool /*exact*/) {
  return epilogue_->features(maps.x, maps.image);
}

torch::Tensor StyleGan2Discriminator::score(const torch::Tensor& features, const torch::Tensor& c) {
  const at::Tensor out = epilogue_->forward(features);
  if (!mapping_) return out;
  const at::Tensor label = mapping_->forward({}, c);
  return (out * label).sum(1, true) / std::sqrt(static_cast<double>(label.size(1)));
}

void StyleGan2Discriminator::freeze(int64_t layers) {
  for (const auto& block : blocks_)
    for (const auto& layer : block->layers())
      if (layers-- > 0)
        for (at::Tensor& parameter : layer->parameters()) parameter.requires_grad_(false);
}

int64_t stylegan2_freezable_layers(const ModelConfig& config) {
  const std::string& architecture = config.stylegan2.d_architecture;
  int64_t blocks = 0;
  for (int64_t r = config.resolution; r > kLastResolution; r /= 2) ++blocks;
  return architecture == "orig"   ? 2 * blocks + (blocks > 0)
         : architecture == "skip" ? 3 * blocks
                                  : 3 * blocks + (blocks > 0);
}

std::shared_ptr<Discriminator> make_stylegan2_discriminator(const ModelConfig& config, uint64_t seed) {
  return std::make_shared<StyleGan2Discriminator>(config, seed);
}

}  // namespace centigan
