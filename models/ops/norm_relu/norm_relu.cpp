// Batch norm, scale and offset of each picture, and ReLU, in two passes over the map.
#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>

#include "centigan/nn/ops.h"
#include "common/dense.h"
#include "norm_relu/norm_relu_kernel.h"

namespace centigan {
namespace {

using at::Tensor;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr auto kNhwc = at::MemoryFormat::ChannelsLast;

bool has_kernels(const Tensor& x) {
  return x.is_cpu() && (x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16) && x.numel() > 0;
}

NormRows rows_of(const Tensor& x) {
  return {x.size(2) * x.size(3), x.size(1)};
}

// f(T(), n) for each picture n, on several threads; results are of pictures, so threads change no bit.
template <class F>
void for_each_picture(const Tensor& x, const F& f) {
  with_storage_type(x, [&](auto type) {
    if constexpr (!std::is_same_v<decltype(type), double>)
      at::parallel_for(0, x.size(0), 1, [&](int64_t begin, int64_t end) {
        for (int64_t n = begin; n < end; ++n) f(type, n);
      });
  });
}

template <class T>
const T* picture(const Tensor& t, int64_t n) {
  return data<T>(t) + n * (t.numel() / t.size(0));
}
template <class T>
T* mutable_picture(const Tensor& t, int64_t n) {
  return mutable_data<T>(t) + n * (t.numel() / t.size(0));
}

Tensor planes(const Tensor& v) {  // [N,C] or [C] -> against [N,C,H,W]
  return v.dim() == 1 ? v.view({1, -1, 1, 1}) : v.unsqueeze(-1).unsqueeze(-1);
}

Tensor wide(const Tensor& x) {
  return x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
}

// LibTorch's batch norm, which has kernels of its own on accelerators.
Tensor stock(const Tensor& x, const Tensor& gain, const Tensor& bias, const Tensor& mean, const Tensor& var, double eps,
             bool of_batch) {
  const Tensor kept_mean = of_batch ? Tensor() : mean, kept_var = of_batch ? Tensor() : var;
  const Tensor normal = at::batch_norm(x, {}, {}, kept_mean, kept_var, of_batch, /*momentum=*/0.0, eps, true);
  return at::addcmul(planes(bias).to(x.scalar_type()), normal, planes(gain).to(x.scalar_type())).relu();
}

// From operations that have gradients themselves.
Tensor plain(const Tensor& x, const Tensor& gain, const Tensor& bias, Tensor mean, Tensor var, double eps,
             bool of_batch) {
  const Tensor v = wide(x);
  if (of_batch) mean = v.mean({0, 2, 3}), var = (v - planes(mean)).square().mean({0, 2, 3});
  const Tensor normal = (v - planes(mean)) * planes((var + eps).rsqrt());
  return (normal * planes(gain) + planes(bias)).relu().to(x.scalar_type());
}

// Per picture and channel: y = relu(scale x + offset).
struct Affine {
  Tensor scale, offset;  // [N,C]
};

Affine affine(const Tensor& x, const Tensor& gain, const Tensor& bias, const Tensor& mean, const Tensor& invstd) {
  const Tensor scale = (gain * invstd).expand({x.size(0), x.size(1)}).contiguous();
  return {scale, (bias - scale * mean).contiguous()};
}

struct NormRelu : torch::autograd::Function<NormRelu> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x_in, const Tensor& gain, const Tensor& bias,
                        const Tensor& mean, const Tensor& var, double eps, bool of_batch) {
    const Tensor x = x_in.contiguous(kNhwc), y = at::empty_like(x);
    const Affine a = affine(x, gain, bias, mean, (var + eps).rsqrt());
    for_each_picture(x, [&](auto type, int64_t n) {
      using T = decltype(type);
      norm_relu_kernel<T>(rows_of(x), picture<T>(x, n), picture<float>(a.scale, n), picture<float>(a.offset, n),
                          mutable_picture<T>(y, n));
    });
    ctx->save_for_backward({x_in, gain, bias, mean, var});
    ctx->saved_data["eps"] = eps, ctx->saved_data["of_batch"] = of_batch;
    return y;
  }

  static variable_list backward(AutogradContext* ctx, variable_list grads) {
    const variable_list saved = ctx->get_saved_variables();
    const double eps = ctx->saved_data["eps"].toDouble();
    const bool of_batch = ctx->saved_data["of_batch"].toBool();
    variable_list result =
        at::GradMode::is_enabled() ? again(saved, grads[0], eps, of_batch) : fused(saved, grads[0], eps, of_batch);
    result.resize(7);  // statistics and options have none
    return result;
  }

  // Where the gradient is to be differentiated itself.
  static variable_list again(const variable_list& saved, const Tensor& grad, double eps, bool of_batch) {
    variable_list inputs;
    for (int i = 0; i < 3; ++i)
      inputs.push_back(saved[i].requires_grad() ? saved[i] : saved[i].detach().requires_grad_());
    const Tensor y = plain(inputs[0], inputs[1], inputs[2], saved[3], saved[4], eps, of_batch);
    return torch::autograd::grad({y}, inputs, {grad}, /*retain_graph=*/true, /*create_graph=*/true);
  }

  static variable_list fused(const variable_list& saved, const Tensor& grad_in, double eps, bool of_batch) {
    const Tensor x = saved[0].contiguous(kNhwc), grad = grad_in.contiguous(kNhwc), gain = saved[1], mean = saved[3];
    const Tensor invstd = (saved[4] + eps).rsqrt(), grad_x = at::empty_like(x);
    const Affine a = affine(x, gain, saved[2], mean, invstd);
    const Tensor sums = at::empty_like(a.scale), products = at::empty_like(a.scale);
    for_each_picture(x, [&](auto type, int64_t n) {
      using T = decltype(type);
      norm_sums_kernel<T>(rows_of(x), picture<T>(grad, n), picture<T>(x, n), picture<float>(a.scale, n),
                          picture<float>(a.offset, n), data<float>(mean), mutable_picture<float>(sums, n),
                          mutable_picture<float>(products, n));
    });
    // What the moments pass on, where they are of this batch.
    const double count = static_cast<double>(x.size(0) * x.size(2) * x.size(3)), share = of_batch ? -1.0 / count : 0.0;
    const Tensor level = ((a.scale * sums).sum(0) * share).contiguous();
    const Tensor slope = ((a.scale * products).sum(0) * invstd.square() * share).contiguous();
    for_each_picture(x, [&](auto type, int64_t n) {
      using T = decltype(type);
      norm_backward_kernel<T>(rows_of(x), picture<T>(grad, n), picture<T>(x, n), picture<float>(a.scale, n),
                              picture<float>(a.offset, n), data<float>(mean), data<float>(slope), data<float>(level),
                              mutable_picture<T>(grad_x, n));
    });
    const Tensor of_gain = products * invstd;
    return {grad_x, of_gain.sum_to_size(gain.sizes()), sums.sum_to_size(saved[2].sizes())};
  }
};

}  // namespace

std::tuple<Tensor, Tensor> batch_moments(const Tensor& x_in) {
  const at::NoGradGuard no_grad;
  const Tensor x = x_in.detach().contiguous(kNhwc);
  if (!has_kernels(x)) {
    const auto [var, mean] = at::var_mean(wide(x), at::IntArrayRef{0, 2, 3}, /*correction=*/0);
    return {mean, var};
  }
  const Tensor means = at::empty({x.size(0), x.size(1)}, at::kFloat), squares = at::empty_like(means);
  for_each_picture(x, [&](auto type, int64_t n) {
    using T = decltype(type);
    norm_moments_kernel<T>(rows_of(x), picture<T>(x, n), mutable_picture<float>(means, n),
                           mutable_picture<float>(squares, n));
  });
  const Tensor mean = means.mean(0);
  const double pixels = static_cast<double>(x.size(2) * x.size(3));
  return {mean, (squares.mean(0) / pixels + (means - mean).square().mean(0)).contiguous()};
}

Tensor norm_relu(const Tensor& x, const Tensor& gain, const Tensor& bias, const Tensor& mean, const Tensor& var,
                 double eps, bool of_batch) {
  if (!x.is_cpu() || x.scalar_type() == at::kDouble) return stock(x, gain, bias, mean, var, eps, of_batch);
  if (!has_kernels(x)) return plain(x, gain, bias, mean, var, eps, of_batch);
  return NormRelu::apply(x, gain, bias, mean, var, eps, of_batch);
}

}  // namespace centigan
