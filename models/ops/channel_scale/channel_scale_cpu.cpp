#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "channel_scale/channel_scale_kernel.h"
#include "common/dense.h"

namespace centigan {
namespace {

using at::Tensor;

ChannelScaleParams scale_params(const Tensor& x) {
  return {x.size(0), x.size(1), x.size(2) * x.size(3), x.suggest_memory_format() == at::MemoryFormat::ChannelsLast, 0};
}

template <class F>
void for_scale_units(const ChannelScaleParams& p, const F& f) {
  const int64_t units = p.pixels * p.channels == 0 ? 0 : channel_scale_units(p);
  at::parallel_for(0, units, thread_share(p.channels_last ? kScaledPixels * p.channels : p.pixels), f);
}

Tensor channel_scale_cpu(const Tensor& x_in, const Tensor& s_in, const std::optional<Tensor>& added_in) {
  const Tensor x = dense(x_in), y = at::empty_like(x), s = s_in.to(accumulator_type(x)).contiguous();
  ChannelScaleParams p = scale_params(x);
  Tensor added;
  if (added_in) {
    added = added_in->to(accumulator_type(x)).contiguous();
    p.added_step = added.numel() > p.pixels ? p.pixels : 0;
  }
  with_storage_type(x, [&](auto type) {
    using T = decltype(type);
    for_scale_units(p, [&](int64_t begin, int64_t end) {
      channel_scale_kernel_cpu<T>(data<T>(x), data<Accumulator<T>>(s), data<Accumulator<T>>(added), mutable_data<T>(y),
                                  p, begin, end);
    });
  });
  return y.to(x_in.scalar_type());
}

// {a * s, sum of a * b}; without s only the sum.
std::tuple<Tensor, Tensor> scale_and_dot(const Tensor& a_in, const Tensor& b_in, const Tensor& s_in) {
  const Tensor a = dense(a_in), b = dense(b_in, a.suggest_memory_format());
  const Tensor s = s_in.defined() ? s_in.to(accumulator_type(a)).contiguous() : s_in;
  const Tensor scaled = s.defined() ? at::empty_like(a) : Tensor();
  const ChannelScaleParams p = scale_params(a);
  const int64_t rows = p.channels_last ? channel_scale_blocks(p) : 1;
  const Tensor sums = at::zeros({p.count, rows, p.channels}, a.options().dtype(accumulator_type(a)));
  with_storage_type(a, [&](auto type) {
    using T = decltype(type);
    for_scale_units(p, [&](int64_t begin, int64_t end) {
      channel_dot_kernel_cpu<T>(data<T>(a), data<T>(b), data<Accumulator<T>>(s), mutable_data<T>(scaled),
                                mutable_data<Accumulator<T>>(sums), p, begin, end);
    });
  });
  return {scaled.defined() ? scaled.to(a_in.scalar_type()) : scaled, sum_in_order(sums)};
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("channel_scale", channel_scale_cpu);
  m.impl("channel_dot", [](const Tensor& a, const Tensor& b) { return std::get<1>(scale_and_dot(a, b, {})); });
  m.impl("channel_scale_backward",
         [](const Tensor& grad, const Tensor& x, const Tensor& s) { return scale_and_dot(grad, x, s); });
}

}  // namespace
}  // namespace centigan
