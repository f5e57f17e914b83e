#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "bias_act/bias_act_kernel.h"
#include "bias_act/bias_act_options.h"
#include "common/dense.h"

namespace centigan {
namespace {

using at::Tensor;
constexpr int64_t kShortRow = 64;  // shorter rows are walked through several at a time

// The values of a tensor as the kernels see them, with the biases in the accumulator's type.
struct BiasActPass {
  BiasActParams params{};
  Tensor bias;
  int64_t size = 0, units = 0, folds = 1;  // `folds` rows are one row of the kernel

  BiasActPass(const Tensor& x, const OptionalTensor& b, bool channels, const BiasActOptions& o) {
    size = x.numel();
    params.act = o.act(), params.alpha = o.alpha, params.gain = o.gain, params.clamp = o.clamp;
    params.from_input = o.from_input();
    const bool one = !channels || x.size(o.dim) == 1;
    params.channels = channels ? x.size(o.dim) : 512;
    params.step = one && channels ? std::max<int64_t>(size, 1) : one ? 1 : x.stride(o.dim);
    if (channels && params.step == 1) fold_rows();
    if (b) bias = b->to(accumulator_type(x)).repeat({folds}).contiguous();
    units = size == 0 ? 0 : (size + bias_act_unit(params) - 1) / bias_act_unit(params);
  }

  void fold_rows() {
    while (params.channels < kShortRow && size % (2 * params.channels) == 0 && size > 0)
      params.channels *= 2, folds *= 2;
  }
};

const Tensor& or_undefined(const OptionalTensor& t) {
  static const Tensor undefined;
  return t ? *t : undefined;
}

template <class F>
void for_units(const BiasActPass& pass, const F& f) {
  at::parallel_for(0, pass.units, thread_share(bias_act_unit(pass.params)), f);
}

Tensor bias_act_cpu(const Tensor& x_in, const OptionalTensor& b, int64_t dim, std::string_view act,
                    std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  const BiasActOptions o = bias_act_options(x_in, b, dim, act, alpha, gain, clamp);
  const Tensor x = dense(x_in), y = at::empty_like(x);
  const BiasActPass pass(x, b, b.has_value(), o);
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    for_units(pass, [&](int64_t begin, int64_t end) {
      bias_act_kernel_cpu<T>(data<T>(x), data<Accumulator<T>>(pass.bias), mutable_data<T>(y), pass.size, pass.params,
                             begin, end);
    });
  });
  return y.to(x_in.scalar_type());
}

Tensor bias_sum(const Tensor& sums, const BiasActPass& pass) {
  return sum_in_order(sums.view({1, -1, pass.params.channels / pass.folds})).view({-1});
}

std::tuple<Tensor, Tensor> bias_act_backward_cpu(const Tensor& dy_in, const OptionalTensor& x, const OptionalTensor& b,
                                                 const OptionalTensor& y, int64_t dim, std::string_view act,
                                                 double alpha, double gain, double clamp, bool bias_grad) {
  const BiasActOptions o = bias_act_options(dim, act, alpha, gain, clamp, dy_in.scalar_type());
  const at::MemoryFormat format = bias_act_layout(dy_in, x, y).suggest_memory_format();
  const Tensor dy = dense(dy_in, format), shown = or_undefined(o.from_input() ? x : y);
  const Tensor r = shown.defined() ? dense(shown, format) : shown;
  const OptionalTensor bias = o.from_input() ? b : OptionalTensor();
  const BiasActPass pass(dy, bias, bias || bias_grad, o);
  const Tensor dx = at::empty_like(dy);
  const int64_t sum_count = bias_grad ? pass.units * (pass.params.step > 1 ? 1 : pass.params.channels) : 0;
  const Tensor sums = at::empty({sum_count}, dy.options().dtype(accumulator_type(dy)));
  with_storage_type(dy, [&](auto type) {
    using T = decltype(type);
    for_units(pass, [&](int64_t begin, int64_t end) {
      bias_act_backward_kernel_cpu<T>(data<T>(dy), data<T>(r), data<Accumulator<T>>(pass.bias), mutable_data<T>(dx),
                                      bias_grad ? mutable_data<Accumulator<T>>(sums) : nullptr, pass.size, pass.params,
                                      begin, end);
    });
  });
  return {dx.to(dy_in.scalar_type()), bias_grad ? bias_sum(sums, pass) : sums};
}

Tensor bias_act_double_backward_cpu(const Tensor& grad_in, const Tensor& dy_in, const OptionalTensor& x,
                                    const OptionalTensor& b, const OptionalTensor& y, int64_t dim, std::string_view act,
                                    double alpha, double gain, double clamp) {
  const BiasActOptions o = bias_act_options(dim, act, alpha, gain, clamp, dy_in.scalar_type());
  const at::MemoryFormat format = bias_act_layout(dy_in, x, y).suggest_memory_format();
  const Tensor dy = dense(dy_in, format), grad = dense(grad_in, format);
  const Tensor r = dense(o.from_input() ? x.value() : y.value(), format);
  const OptionalTensor bias = o.from_input() ? b : OptionalTensor();
  const BiasActPass pass(dy, bias, bias.has_value(), o);
  const Tensor out = at::empty_like(dy);
  with_storage_type(dy, [&](auto type) {
    using T = decltype(type);
    for_units(pass, [&](int64_t begin, int64_t end) {
      bias_act_double_backward_kernel_cpu<T>(data<T>(grad), data<T>(dy), data<T>(r), data<Accumulator<T>>(pass.bias),
                                             mutable_data<T>(out), pass.size, pass.params, begin, end);
    });
  });
  return out.to(dy_in.scalar_type());
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("bias_act", bias_act_cpu);
  m.impl("bias_act_backward", bias_act_backward_cpu);
  m.impl("bias_act_double_backward", bias_act_double_backward_cpu);
}

}  // namespace
}  // namespace centigan
