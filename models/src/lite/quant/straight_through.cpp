#include "straight_through.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "../kernels.h"
#include "centigan/core/device.h"
#include "centigan/models/lite.h"

namespace centigan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

struct SteRound : torch::autograd::Function<SteRound> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, double low, double high) {
    const auto rounded = at::floor(x + 0.5);
    const auto result = at::clamp(rounded, low, high);
    ctx->save_for_backward({at::eq(rounded, result)});
    return result;
  }
  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    return {grads[0] * ctx->get_saved_variables()[0], {}, {}};
  }
};

struct SteReplace : torch::autograd::Function<SteReplace> {
  static at::Tensor forward(AutogradContext*, const at::Tensor&, const at::Tensor& exact) { return exact.clone(); }
  static variable_list backward(AutogradContext*, variable_list grads) { return {grads[0], {}}; }
};

struct SteRequantise : torch::autograd::Function<SteRequantise> {
  using Rows = lite_kernels::Rows;
  static float* picture_of(const at::Tensor& t, int64_t n) { return t.data_ptr<float>() + n * (t.numel() / t.size(0)); }

  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x_in, const at::Tensor& bias,
                            const at::Tensor& positive, const at::Tensor& negative) {
    const auto x = x_in.contiguous(at::MemoryFormat::ChannelsLast), out = at::empty_like(x);
    for (int64_t n = 0; n < x.size(0); ++n)
      lite_kernels::requantise_forward({x.size(2) * x.size(3), x.size(1)}, picture_of(x, n), bias.data_ptr<float>(),
                                       picture_of(positive, n), picture_of(negative, n), picture_of(out, n));
    ctx->save_for_backward({x, bias, positive, negative});
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const auto &x = saved[0], &positive = saved[2], &negative = saved[3];
    const auto grad = grads[0].contiguous(at::MemoryFormat::ChannelsLast), grad_x = at::empty_like(x);
    const auto grad_bias = at::zeros_like(positive), grad_scale = at::zeros_like(positive);
    for (int64_t n = 0; n < x.size(0); ++n)
      lite_kernels::requantise_backward({x.size(2) * x.size(3), x.size(1)}, kLiteSlope, picture_of(grad, n),
                                        picture_of(x, n), saved[1].data_ptr<float>(), picture_of(positive, n),
                                        picture_of(negative, n), picture_of(grad_x, n), picture_of(grad_bias, n),
                                        picture_of(grad_scale, n));
    return {grad_x, grad_bias.sum(0), grad_scale, {}};
  }
};

struct IntegerConv : torch::autograd::Function<IntegerConv> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, const at::Tensor& weight, bool transposed) {
    ctx->save_for_backward({x, weight});
    ctx->saved_data["transposed"] = transposed;
    if (transposed) return at::conv_transpose2d(x, weight, {}, {2, 2}, {1, 1});
    return at::conv2d(x, weight, {}, {1, 1}, {1, 1});
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    const bool transposed = ctx->saved_data["transposed"].toBool();
    const auto type = saved[0].is_cuda() || cpu_has_bf16() ? at::kBFloat16 : at::kFloat;
    const auto as_type = [&](const at::Tensor& t) { return t.to(type, false, false, at::MemoryFormat::ChannelsLast); };
    const std::vector<int64_t> stride(2, transposed ? 2 : 1), ones = {1, 1}, none = {0, 0};
    const auto result = at::convolution_backward(as_type(grads[0]), as_type(saved[0]), as_type(saved[1]), std::nullopt,
                                                 stride, ones, ones, transposed, none, 1, {true, true, false});
    return {std::get<0>(result).to(at::kFloat), std::get<1>(result).to(at::kFloat), {}};
  }
};

}  // namespace

torch::Tensor ste_round(const torch::Tensor& x, double low, double high) {
  return SteRound::apply(x, low, high);
}

torch::Tensor ste_replace(const torch::Tensor& smooth, const torch::Tensor& exact) {
  return SteReplace::apply(smooth, exact.detach());
}

torch::Tensor ste_requantise(const torch::Tensor& x, const torch::Tensor& bias, const torch::Tensor& positive,
                             const torch::Tensor& negative) {
  if (x.is_cpu()) return SteRequantise::apply(x, bias.contiguous(), positive.contiguous(), negative.contiguous());
  const auto u = x + bias.view({1, -1, 1, 1});
  const auto smooth = u * at::where(u >= 0, positive.unsqueeze(-1).unsqueeze(-1),
                                    ste_replace(positive * kLiteSlope, negative).unsqueeze(-1).unsqueeze(-1));
  return ste_round(smooth, -127, 127);
}

torch::Tensor integer_conv(const torch::Tensor& x, const torch::Tensor& weight, bool transposed) {
  return IntegerConv::apply(x, weight.contiguous(at::MemoryFormat::ChannelsLast), transposed);
}

}  // namespace centigan
