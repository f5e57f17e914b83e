#include "layers.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../labels.h"
#include "../lite/precision.h"
#include "centigan/nn/ops.h"

namespace centigan {
namespace {

constexpr double kMomentum = 0.1;  // of running statistics; fixed in the release

at::Tensor unit_length(const at::Tensor& x, double eps) {
  return x / x.norm().clamp_min(eps);
}

// weight / sigma, whose gradient (g - <g, weight / sigma> u v) / sigma is worked out in few passes.
struct DividedBySigma : torch::autograd::Function<DividedBySigma> {
  static at::Tensor forward(torch::autograd::AutogradContext* ctx, const at::Tensor& weight, const at::Tensor& u,
                            const at::Tensor& v, const at::Tensor& sigma) {
    ctx->save_for_backward({weight, u, v, sigma});
    return weight / sigma;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* ctx,
                                                 torch::autograd::variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const at::Tensor &weight = saved[0], &u = saved[1], &v = saved[2], &sigma = saved[3];
    if (at::GradMode::is_enabled()) return again(weight, u, v, grads[0]);
    const at::Tensor g = grads[0].contiguous().flatten(1), share = at::dot(g.flatten(), weight.flatten()) / sigma;
    return {g.sub(at::outer(u.flatten() * share, v.flatten())).div_(sigma).view_as(weight), {}, {}, {}};
  }

  // Where the gradient is to be differentiated itself.
  static torch::autograd::variable_list again(const at::Tensor& weight, const at::Tensor& u, const at::Tensor& v,
                                              const at::Tensor& grad) {
    const at::Tensor sigma = v.matmul(weight.flatten(1).t()).mul(u).sum();
    const auto gradient = torch::autograd::grad({weight / sigma}, {weight}, {grad}, true, true);
    return {gradient[0], {}, {}, {}};
  }
};

at::Tensor for_maps(const at::Tensor& parameter, const at::Tensor& x) {
  if (!parameter.defined()) return parameter;
  const auto layout = parameter.dim() == 4 ? at::MemoryFormat::ChannelsLast : at::MemoryFormat::Contiguous;
  return parameter.to(x.scalar_type(), /*non_blocking=*/false, /*copy=*/false, layout);
}

}  // namespace

torch::ScalarType biggan_type(const ModelConfig& config, const torch::Tensor& parameter) {
  return lite_compute_type(config.precision, parameter);
}

SpectralStep spectral_step(const torch::Tensor& weight, const torch::Tensor& u, double eps) {
  SpectralStep step;
  step.v = unit_length(u.matmul(weight.detach()), eps);
  const at::Tensor next = step.v.matmul(weight.t());
  step.u = unit_length(next.detach(), eps);
  step.sigma = next.mul(step.u).sum();
  return step;
}

SpectralLayer::SpectralLayer(const LayerInit& init, const Sizes& shape, bool bias, double eps) : eps_(eps) {
  const at::Tensor weight = init.weight(shape);
  weight_ = register_parameter("weight", weight);
  if (bias) bias_ = register_parameter("bias", init.bias(shape[0], weight.numel() / shape[0]));
  u0_ = register_buffer("u0", init.singular_vector(shape[0]));
  sv0_ = register_buffer("sv0", at::ones({1}));
}

torch::Tensor SpectralLayer::weight() {
  SpectralStep step;
  {
    const at::NoGradGuard no_grad;
    step = spectral_step(weight_.flatten(1), u0_, eps_);
    if (is_training()) u0_.copy_(step.u), sv0_.copy_(step.sigma);
  }
  return DividedBySigma::apply(weight_, step.u, step.v, step.sigma);
}

torch::Tensor SpectralLayer::convolve(const torch::Tensor& x, const MapHook& hook) {
  const int64_t pad = weight_.size(2) / 2;
  const at::Tensor w = for_maps(weight(), x), b = for_maps(bias_, x);
  if (!hook) return at::conv2d(x, w, b, {1, 1}, {pad, pad});
  const at::Tensor map = hook(at::conv2d(x, w, {}, {1, 1}, {pad, pad}));
  return b.defined() ? map + b.view({1, -1, 1, 1}) : map;
}

// Neighbours that are equal, or whose mean is taken, share their products: a 3x3 kernel becomes one of 4x4 taps at
// every second place, with 4/9 of the products. Each of these taps is a sum of up to four of the 3x3.
torch::Tensor SpectralLayer::convolve_enlarged(const torch::Tensor& x) {
  const at::Tensor sums = at::avg_pool2d(weight(), {2, 2}, {1, 1}, {1, 1}, false, true, /*divisor_override=*/1);
  const at::Tensor w = for_maps(sums.flip({2, 3}).transpose(0, 1), x);
  return at::conv_transpose2d(x, w, for_maps(bias_, x), {2, 2}, {1, 1});
}

torch::Tensor SpectralLayer::convolve_shrunk(const torch::Tensor& x) {
  const at::Tensor w = for_maps(at::avg_pool2d(weight(), {2, 2}, {1, 1}, {1, 1}), x);
  return at::conv2d(x, w, for_maps(bias_, x), {2, 2}, {1, 1});
}

torch::Tensor SpectralLayer::linear(const torch::Tensor& x) {
  return at::linear(x, weight(), bias_);
}

torch::Tensor SpectralLayer::rows(const torch::Tensor& c) {
  require_labels(c, weight_.size(0));
  return c.to(type()).matmul(weight());
}

ClassTable::ClassTable(const LayerInit& init, int64_t classes, int64_t size) {
  weight_ = register_parameter("weight", init.weight({classes, size}));
}

torch::Tensor ClassTable::rows(const torch::Tensor& c) const {
  require_labels(c, weight_.size(0));
  return c.to(weight_.scalar_type()).matmul(weight_);
}

BatchStatistics::BatchStatistics(int64_t channels, const BigGanConfig& config)
    : eps_(config.bn_eps), running_(config.eval_stats == "running") {
  stored_mean_ = register_buffer("stored_mean", at::zeros({channels}));
  stored_var_ = register_buffer("stored_var", at::ones({channels}));
}

void BatchStatistics::begin_standing() {
  sum_of_means_ = at::zeros_like(stored_mean_), sum_of_vars_ = at::zeros_like(stored_var_);
  passes_ = 0;
}

void BatchStatistics::end_standing() {
  const at::NoGradGuard no_grad;
  if (passes_ > 0) stored_mean_.copy_(sum_of_means_ / passes_), stored_var_.copy_(sum_of_vars_ / passes_);
  passes_ = -1;
}

// Running variances are unbiased.
void BatchStatistics::keep(const torch::Tensor& mean, const torch::Tensor& var, int64_t count) {
  const at::NoGradGuard no_grad;
  if (passes_ >= 0) {
    sum_of_means_ += mean, sum_of_vars_ += var;
    ++passes_;
    return;
  }
  const double unbiased = count > 1 ? static_cast<double>(count) / static_cast<double>(count - 1) : 1.0;
  stored_mean_.lerp_(mean, kMomentum);
  stored_var_.lerp_(var * unbiased, kMomentum);
}

torch::Tensor BatchStatistics::normalized(const torch::Tensor& x, const torch::Tensor& gain,
                                          const torch::Tensor& bias) {
  const bool stays = is_training() || passes_ >= 0;
  if (!stays && running_) return norm_relu(x, gain, bias, stored_mean_, stored_var_, eps_, false);
  const auto [mean, var] = batch_moments(x);
  if (stays) keep(mean, var, x.numel() / x.size(1));
  return norm_relu(x, gain, bias, mean, var, eps_, true);
}

ConditionalNorm::ConditionalNorm(const LayerInit& init, const ModelConfig& config, int64_t channels)
    : BatchStatistics(channels, config.biggan) {
  const int64_t input = biggan_codes(config).norm_input;
  const auto add = [&](const char* name, auto& spectral, auto& table) {
    if (config.classes > 0 && !config.biggan.g_shared) {
      table = register_module(name, std::make_shared<ClassTable>(init.child(name), input, channels));
      return;
    }
    const Sizes shape = {channels, input};
    spectral = register_module(
        name, std::make_shared<SpectralLayer>(init.child(name), shape, /*bias=*/false, config.biggan.sn_eps));
  };
  add("gain", gain_, gain_table_);
  add("bias", bias_, bias_table_);
}

torch::Tensor ConditionalNorm::forward(const torch::Tensor& x, const torch::Tensor& code) {
  const at::Tensor gain = gain_ ? gain_->linear(code) : gain_table_->rows(code);
  const at::Tensor bias = bias_ ? bias_->linear(code) : bias_table_->rows(code);
  return normalized(x, gain + 1, bias);
}

OutputNorm::OutputNorm(int64_t channels, const BigGanConfig& config) : BatchStatistics(channels, config) {
  gain_ = register_parameter("gain", at::ones({channels}));
  bias_ = register_parameter("bias", at::zeros({channels}));
}

torch::Tensor OutputNorm::forward(const torch::Tensor& x) {
  return normalized(x, gain_.unsqueeze(0), bias_.unsqueeze(0));
}

SelfAttention::SelfAttention(const LayerInit& init, int64_t channels, double eps) {
  const auto add = [&](const char* name, int64_t in, int64_t out) {
    const Sizes shape = {out, in, 1, 1};
    return register_module(name, std::make_shared<SpectralLayer>(init.child(name), shape, /*bias=*/false, eps));
  };
  theta_ = add("theta", channels, channels / 8);
  phi_ = add("phi", channels, channels / 8);
  g_ = add("g", channels, channels / 2);
  o_ = add("o", channels / 2, channels);
  gamma_ = register_parameter("gamma", at::zeros({}));
}

torch::Tensor SelfAttention::forward(const torch::Tensor& x) {
  const at::Tensor queries = theta_->convolve(x).flatten(2);
  const at::Tensor keys = at::max_pool2d(phi_->convolve(x), {2, 2}).flatten(2);
  const at::Tensor values = at::max_pool2d(g_->convolve(x), {2, 2}).flatten(2);
  const at::Tensor shares = at::bmm(queries.transpose(1, 2), keys).softmax(2);  // of each pixel in all keys
  const at::Tensor seen = at::bmm(values, shares.transpose(1, 2)).view({x.size(0), -1, x.size(2), x.size(3)});
  return o_->convolve(seen) * gamma_.to(x.scalar_type()) + x;
}

std::shared_ptr<torch::nn::Module> add_list(torch::nn::Module& parent, const std::string& name) {
  return parent.register_module(name, std::make_shared<torch::nn::Module>());
}

}  // namespace centigan
