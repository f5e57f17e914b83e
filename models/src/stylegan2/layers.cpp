#include "layers.h"

#include <ATen/ATen.h>

#include <cmath>

#include "../lite/precision.h"
#include "centigan/core/random.h"
#include "centigan/models/stylegan2.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

double inverse_root(int64_t fan_in) {
  return 1.0 / std::sqrt(static_cast<double>(fan_in));
}

}  // namespace

torch::Tensor ParameterInit::normal(const std::string& name, const std::vector<int64_t>& shape,
                                    double deviation) const {
  return RandomStream(seed_, "init/" + name_ + "." + name).normal(0, 1, c10::multiply_integers(shape)).view(shape) *
         deviation;
}

std::optional<double> clamp_of(double conv_clamp, double gain) {
  return conv_clamp > 0 ? std::optional<double>(conv_clamp * gain) : std::nullopt;
}

torch::ScalarType block_type(const ModelConfig& config, int64_t resolution, const torch::Tensor& parameter) {
  const int64_t first = std::max<int64_t>((2 * config.resolution) >> config.stylegan2.num_fp16_res, 8);
  if (resolution < first) return parameter.scalar_type();
  if (config.precision == "fp16") return parameter.scalar_type() == at::kFloat ? at::kHalf : parameter.scalar_type();
  return lite_compute_type(config.precision, parameter);
}

MapSize map_size(const ModelConfig& config, int64_t resolution) {
  return {config.stylegan2.base_height * (resolution / 4), config.stylegan2.base_width * (resolution / 4)};
}

torch::Tensor normalize_2nd_moment(const torch::Tensor& x) {
  return x * (x.square().mean(1, true) + 1e-8).rsqrt();
}

FullyConnected::FullyConnected(const ParameterInit& init, int64_t in, int64_t out, const char* activation,
                               double lr_mult, double bias_init)
    : activation_(activation), weight_gain_(lr_mult * inverse_root(in)), bias_gain_(lr_mult) {
  weight_ = register_parameter("weight", init.normal("weight", {out, in}, 1.0 / lr_mult));
  bias_ = register_parameter("bias", at::full({out}, bias_init));
}

torch::Tensor FullyConnected::forward(const torch::Tensor& x) const {
  const at::Tensor weight = weight_ * weight_gain_, bias = bias_gain_ == 1.0 ? bias_ : bias_ * bias_gain_;
  if (std::string_view(activation_) == "linear") return at::linear(x, weight, bias);
  return bias_act(at::linear(x, weight), bias, 1, activation_);
}

SynthesisLayer::SynthesisLayer(const ParameterInit& init, const ModelConfig& config, int64_t resolution,
                               const Shape& shape)
    : noise_stream_("noise/" + init.name()), shape_(shape), size_(map_size(config, resolution)) {
  clamp_ = clamp_of(config.stylegan2.conv_clamp, shape.gain);
  weight_ = register_parameter("weight", init.normal("weight", {shape.out, shape.in, 3, 3}));
  noise_strength_ = register_parameter("noise_strength", at::zeros({}));
  bias_ = register_parameter("bias", at::zeros({shape.out}));
  resample_filter_ = register_buffer("resample_filter", setup_filter({1, 3, 3, 1}));
  noise_const_ = register_buffer("noise_const", init.normal("noise_const", {size_.height, size_.width}));
  const ParameterInit affine = init.child("affine");
  affine_ = register_module(
      "affine", std::make_shared<FullyConnected>(affine, config.stylegan2.w_dim, shape.in, "linear", 1.0, 1.0));
}

torch::Tensor SynthesisLayer::forward(const torch::Tensor& x, const torch::Tensor& w,
                                      const SynthesisOptions& options) const {
  // Up-sampling layers are true convolutions, the others correlations.
  const at::Tensor y = modulated_conv2d(x, weight_, affine_->forward(w), noise(x.size(0), options), shape_.up, 1, 1,
                                        resample_filter_, true, shape_.up == 1);
  return bias_act(y, bias_.to(y.scalar_type()), 1, "lrelu", std::nullopt, std::sqrt(2.0) * shape_.gain, clamp_);
}

ToRgb::ToRgb(const ParameterInit& init, const ModelConfig& config, int64_t in)
    : style_gain_(inverse_root(in)), clamp_(clamp_of(config.stylegan2.conv_clamp)) {
  weight_ = register_parameter("weight", init.normal("weight", {config.channels, in, 1, 1}));
  bias_ = register_parameter("bias", at::zeros({config.channels}));
  affine_ = register_module(
      "affine", std::make_shared<FullyConnected>(init.child("affine"), config.stylegan2.w_dim, in, "linear", 1.0, 1.0));
}

torch::Tensor ToRgb::forward(const torch::Tensor& x, const torch::Tensor& w) const {
  const at::Tensor styles = affine_->forward(w) * style_gain_;
  const at::Tensor y = modulated_conv2d(x, weight_, styles, std::nullopt, 1, 1, 0, std::nullopt, false);
  return bias_act(y, bias_.to(y.scalar_type()), 1, "linear", std::nullopt, std::nullopt, clamp_);
}

PlainConv::PlainConv(const ParameterInit& init, const ModelConfig& config, const Shape& shape)
    : shape_(shape), weight_gain_(inverse_root(shape.in * shape.kernel * shape.kernel)) {
  clamp_ = clamp_of(config.stylegan2.conv_clamp, shape.gain);
  weight_ = register_parameter("weight", init.normal("weight", {shape.out, shape.in, shape.kernel, shape.kernel}));
  if (shape.bias) bias_ = register_parameter("bias", at::zeros({shape.out}));
  resample_filter_ = register_buffer("resample_filter", setup_filter({1, 3, 3, 1}));
}

torch::Tensor PlainConv::forward(const torch::Tensor& x, const MapHook& hook) const {
  const double gain = bias_.defined() ? weight_gain_ : weight_gain_ * shape_.gain;  // linear: any gain joins the weight
  const at::Tensor weight = (weight_ * gain).to(x.scalar_type());
  at::Tensor y =
      conv2d_resample(x, weight, resample_filter_, shape_.up, shape_.down, shape_.kernel / 2, shape_.up == 1);
  if (hook) y = hook(y);
  if (!bias_.defined()) return y;
  return bias_act(y, bias_.to(y.scalar_type()), 1, "lrelu", std::nullopt, std::sqrt(2.0) * shape_.gain, clamp_);
}

}  // namespace centigan
