#include <ATen/ATen.h>

#include <cmath>

#include "../labels.h"
#include "centigan/core/error.h"
#include "centigan/core/random.h"
#include "centigan/models/lite.h"
#include "fused.h"
#include "precision.h"

namespace centigan {
namespace {

const double kDiscGain = std::sqrt(2.0);

// How one forward pass computes: the type of its convolutions, and whether fused passes may be used.
struct Math {
  at::ScalarType type;
  bool fused;
};

Math math_of(const ModelConfig& config, const at::Tensor& parameter, bool exact) {
  return {exact ? parameter.scalar_type() : lite_compute_type(config.precision, parameter), !exact};
}

at::Tensor conv(const LiteDiscUnit& unit, const at::Tensor& x, int64_t stride, const Math& math, double gain = 1.0) {
  const auto weight = (unit->weight * (unit->gain * gain)).to(math.type, false, false, at::MemoryFormat::ChannelsLast);
  const int64_t pad = weight.size(2) / 2;
  return at::conv2d(x, weight, {}, {stride, stride}, {pad, pad});
}

at::Tensor activated(const LiteDiscUnit& unit, const at::Tensor& x, double gain, const at::Tensor& residual,
                     const Math& math) {
  return lite_epilogue(x, unit->bias, at::full_like(unit->bias, gain), residual, math.fused);
}

// One plane more: the standard deviation over each group, averaged over channels and pixels. Group n mod (N / group).
at::Tensor with_minibatch_std(const at::Tensor& x, int64_t group_size) {
  const int64_t n = x.size(0), group = std::min(group_size, n);
  if (n % group != 0)
    fail("models", "D", std::to_string(n) + " pictures are no whole number of groups of " + std::to_string(group),
         "use a batch (and pieces of it) that model.lite.mbstd_group_size divides");
  const auto grouped = x.permute({0, 2, 3, 1}).reshape({group, n / group, -1});
  const auto variance = (grouped - grouped.mean(0, true)).square().mean(0);  // at::var is ten times slower
  const auto deviation = at::sqrt(variance + 1e-8).mean(1);
  const auto plane = deviation.repeat({group}).view({n, 1, 1, 1}).expand({n, 1, x.size(2), x.size(3)});
  return at::cat({x, plane}, 1);
}

}  // namespace

LiteDiscUnitImpl::LiteDiscUnitImpl(const std::string& name, const std::vector<int64_t>& shape, bool biased,
                                   uint64_t seed) {
  int64_t count = 1;
  for (int64_t size : shape) count *= size;
  gain = 1.0 / std::sqrt(static_cast<double>(count / shape[0]));
  const auto values = RandomStream(seed, "init/lite.D/" + name + ".weight").normal(0, 1, count);
  weight = register_parameter("weight", values.view(shape));
  if (biased) bias = register_parameter("bias", at::zeros({shape[0]}));
}

LiteDiscriminator::LiteDiscriminator(const ModelConfig& config, uint64_t seed) : config_(config) {
  check_lite_config(config);
  const auto& widths = config.lite.d_widths;
  const auto add = [&](const std::string& name, const std::vector<int64_t>& shape, bool biased = true) {
    return register_module(name, std::make_shared<LiteDiscUnitImpl>(name, shape, biased, seed));
  };
  from_rgb_ = add("fromrgb", {widths.back(), config.channels, 1, 1});
  for (size_t level = widths.size() - 1; level > 0; --level) {
    const std::string block = "b" + std::to_string(kLiteStart << level) + "_";
    convs_.push_back(add(block + "conv", {widths[level - 1], widths[level], 3, 3}));
    skips_.push_back(add(block + "skip", {widths[level - 1], widths[level], 1, 1}, false));
  }
  last_conv_ = add("b4_conv", {widths[0], widths[0] + 1, 3, 3});
  fc_ = add("fc", {widths[0], widths[0] * kLiteStart * kLiteStart});
  out_ = add("out", {1, widths[0]});
  if (config.classes > 0) embed_ = add("embed", {config.classes, widths[0]}, false);
}

LayeredDiscriminator::Maps LiteDiscriminator::maps(const torch::Tensor& images, bool exact, const MapHook& hook) {
  const Math math = math_of(config_, from_rgb_->weight, exact);
  auto x = images.to(math.type, false, false, at::MemoryFormat::ChannelsLast);
  x = activated(from_rgb_, conv(from_rgb_, x, 1, math), kDiscGain, {}, math);
  for (size_t i = 0; i < convs_.size(); ++i) {
    const auto skip = conv(skips_[i], at::avg_pool2d(x, {2, 2}), 1, math, std::sqrt(0.5));
    const auto y = conv(convs_[i], x, 2, math);
    x = activated(convs_[i], hook ? hook(y) : y, 1.0, skip, math);  // sqrt(2) of the activation * sqrt(0.5)
  }
  return {x, {}};
}

torch::Tensor LiteDiscriminator::features(const Maps& maps, bool exact) {
  const auto parameter = from_rgb_->weight;
  const Math math = math_of(config_, parameter, exact);
  auto x = with_minibatch_std(maps.x.to(parameter.scalar_type()), config_.lite.mbstd_group_size);
  x = activated(last_conv_, conv(last_conv_, x.to(math.type), 1, math), kDiscGain, {}, math);
  x = at::linear(x.to(parameter.scalar_type()).flatten(1), fc_->weight * fc_->gain, fc_->bias);
  return at::leaky_relu(x, kLiteSlope) * kDiscGain;
}

torch::Tensor LiteDiscriminator::score(const torch::Tensor& features, const torch::Tensor& c) {
  const auto plain = at::linear(features, out_->weight * out_->gain, out_->bias);
  if (!embed_) return plain;
  require_labels(c, config_.classes);
  const auto rows = at::matmul(c.to(features.options()), embed_->weight * embed_->gain);
  return plain + (features * rows).sum(1, true);
}

std::shared_ptr<Discriminator> make_lite_discriminator(const ModelConfig& config, uint64_t seed) {
  return std::make_shared<LiteDiscriminator>(config, seed);
}

}  // namespace centigan
