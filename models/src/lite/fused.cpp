#include "fused.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "centigan/models/lite.h"
#include "kernels.h"

namespace centigan {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using Rows = lite_kernels::Rows;

constexpr auto kNhwc = at::MemoryFormat::ChannelsLast;

at::Tensor by_channel(const at::Tensor& v) {  // [C] or [N,C] against [N,C,H,W]
  return v.dim() == 1 ? v.view({1, -1, 1, 1}) : v.unsqueeze(-1).unsqueeze(-1);
}

at::Tensor plain_epilogue(const at::Tensor& x, const at::Tensor& bias, const at::Tensor& scale,
                          const at::Tensor& residual) {
  const auto y =
      at::leaky_relu(x + by_channel(bias).to(x.scalar_type()), kLiteSlope) * by_channel(scale).to(x.scalar_type());
  return residual.defined() ? y + residual : y;
}

// Calls f(typed null pointer, n) for each picture n: one place that knows the storage types.
template <class F>
void for_each_picture(const at::Tensor& x, const F& f) {
  for (int64_t n = 0; n < x.size(0); ++n) {
    if (x.scalar_type() == at::kBFloat16)
      f(static_cast<uint16_t*>(nullptr), n);
    else
      f(static_cast<float*>(nullptr), n);
  }
}

template <class T>
T* picture(const at::Tensor& t, int64_t n) {
  return t.defined() ? static_cast<T*>(t.data_ptr()) + n * (t.numel() / t.size(0)) : nullptr;
}

Rows rows_of(const at::Tensor& x) {
  return {x.size(2) * x.size(3), x.size(1)};
}

struct EpilogueFunction : torch::autograd::Function<EpilogueFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x_in, const at::Tensor& bias_in,
                            const at::Tensor& scale_in, const std::optional<at::Tensor>& residual_in) {
    const auto x = x_in.contiguous(kNhwc), bias = bias_in.contiguous();
    const auto scale = scale_in.expand({x.size(0), x.size(1)}).contiguous();
    const auto residual = residual_in ? residual_in->contiguous(kNhwc) : at::Tensor();
    const auto out = at::empty_like(x);
    for_each_picture(x, [&](auto* type, int64_t n) {
      using T = std::remove_pointer_t<decltype(type)>;
      lite_kernels::epilogue_forward(rows_of(x), kLiteSlope, picture<T>(x, n), bias.data_ptr<float>(),
                                     picture<float>(scale, n), picture<T>(residual, n), picture<T>(out, n));
    });
    ctx->save_for_backward({x_in, bias_in, scale_in});
    ctx->saved_data["residual"] = residual.defined();
    return out;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    auto result = at::GradMode::is_enabled() ? plain(saved, grads[0]) : fused(saved, grads[0]);
    result.push_back(ctx->saved_data["residual"].toBool() ? grads[0] : at::Tensor());
    return result;
  }

  static variable_list fused(const variable_list& saved, const at::Tensor& grad) {
    const auto x = saved[0].contiguous(kNhwc), bias = saved[1].contiguous(), grad_out = grad.contiguous(kNhwc);
    const auto scale = saved[2].expand({x.size(0), x.size(1)}).contiguous();
    const auto grad_x = at::empty_like(x), grad_bias = at::zeros_like(scale), grad_scale = at::zeros_like(scale);
    for_each_picture(x, [&](auto* type, int64_t n) {
      using T = std::remove_pointer_t<decltype(type)>;
      lite_kernels::epilogue_backward(rows_of(x), kLiteSlope, picture<T>(grad_out, n), picture<T>(x, n),
                                      bias.data_ptr<float>(), picture<float>(scale, n), picture<T>(grad_x, n),
                                      picture<float>(grad_bias, n), picture<float>(grad_scale, n));
    });
    return {grad_x, grad_bias.sum(0), saved[2].dim() == 1 ? grad_scale.sum(0) : grad_scale};
  }

  // The same from operations that have gradients themselves.
  static variable_list plain(const variable_list& saved, const at::Tensor& grad) {
    const auto v = saved[0].to(at::kFloat) + by_channel(saved[1]);
    const auto slope = at::where(v.detach() >= 0, at::ones({}, v.options()), at::full({}, kLiteSlope, v.options()));
    const auto g = grad.to(at::kFloat) * slope;
    const auto grad_v = g * by_channel(saved[2]);
    const auto grad_scale = (g * v).sum({2, 3});
    return {grad_v.to(saved[0].scalar_type()), grad_v.sum({0, 2, 3}),
            saved[2].dim() == 1 ? grad_scale.sum(0) : grad_scale};
  }
};

struct ToRgbFunction : torch::autograd::Function<ToRgbFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x_in, const at::Tensor& weight_in) {
    const auto x = x_in.contiguous(kNhwc), weight = weight_in.contiguous();
    const auto rgb = at::empty({x.size(0), weight.size(1), x.size(2), x.size(3)}, weight.options());
    for_each_picture(x, [&](auto* type, int64_t n) {
      using T = std::remove_pointer_t<decltype(type)>;
      lite_kernels::rgb_forward(rows_of(x), weight.size(1), picture<T>(x, n), picture<float>(weight, n),
                                picture<float>(rgb, n));
    });
    ctx->save_for_backward({x_in, weight_in});
    return rgb;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const auto saved = ctx->get_saved_variables();
    return at::GradMode::is_enabled() ? plain(saved, grads[0]) : fused(saved, grads[0].contiguous());
  }

  static variable_list fused(const variable_list& saved, const at::Tensor& grad) {
    const auto x = saved[0].contiguous(kNhwc), weight = saved[1].contiguous();
    const auto grad_x = at::empty_like(x), grad_weight = at::zeros_like(weight);
    for_each_picture(x, [&](auto* type, int64_t n) {
      using T = std::remove_pointer_t<decltype(type)>;
      lite_kernels::rgb_backward(rows_of(x), weight.size(1), picture<float>(grad, n), picture<T>(x, n),
                                 picture<float>(weight, n), picture<T>(grad_x, n), picture<float>(grad_weight, n));
    });
    return {grad_x, grad_weight};
  }

  static variable_list plain(const variable_list& saved, const at::Tensor& grad) {
    const auto x = saved[0].to(at::kFloat).flatten(2), g = grad.flatten(2);
    const auto grad_x = at::matmul(saved[1].transpose(1, 2), g).view_as(saved[0]);
    return {grad_x.to(saved[0].scalar_type()), at::matmul(g, x.transpose(1, 2))};
  }
};

bool can_fuse(const at::Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16);
}

}  // namespace

torch::Tensor lite_epilogue(const torch::Tensor& x, const torch::Tensor& bias, const torch::Tensor& scale,
                            const torch::Tensor& residual, bool fused) {
  if (fused && can_fuse(x)) {
    // An undefined tensor is no valid argument of a Function; an empty optional is.
    const auto added = residual.defined() ? std::optional<at::Tensor>(residual) : std::nullopt;
    return EpilogueFunction::apply(x, bias, scale, added);
  }
  return plain_epilogue(x, bias, scale, residual);
}

torch::Tensor lite_to_rgb(const torch::Tensor& x, const torch::Tensor& weight, bool fused) {
  if (fused && can_fuse(x)) return ToRgbFunction::apply(x, weight);
  const auto rgb = at::matmul(weight, x.to(weight.scalar_type()).flatten(2));
  return rgb.view({x.size(0), weight.size(1), x.size(2), x.size(3)});
}

}  // namespace centigan
