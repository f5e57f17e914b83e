#include "channel_scale/channel_scale_cuda.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "binding/operators.h"
#include "binding/pictures.h"

namespace centigan::cuda {
namespace {

using at::Tensor;

ChannelScaleParams scale_params(const Tensor& x) {
  return {x.size(0), x.size(1), x.size(2) * x.size(3), x.suggest_memory_format() == at::MemoryFormat::ChannelsLast, 0};
}

Tensor wide_factor(const Tensor& t, const Tensor& x) {
  TORCH_CHECK(t.device() == x.device(), "channel_scale: a factor is on ", t.device(), ", x on ", x.device());
  return t.to(at::toOpMathType(x.scalar_type())).contiguous();
}

// {a * s, sum of a * b}; without s only the sum.
std::tuple<Tensor, Tensor> scale_and_dot_cuda(const Tensor& a_in, const Tensor& b_in, const Tensor& s_in) {
  const at::MemoryFormat format = a_in.suggest_memory_format();
  const Tensor a = a_in.contiguous(format), b = b_in.contiguous(format);
  const OnDeviceOf device(a);
  const Tensor s = s_in.defined() ? wide_factor(s_in, a) : s_in, scaled = s.defined() ? at::empty_like(a) : Tensor();
  const auto options = a.options().dtype(at::toOpMathType(a.scalar_type()));
  if (a.numel() == 0) return {scaled, at::zeros({a.size(0), a.size(1)}, options)};
  const ChannelScaleParams params = scale_params(a);
  const Tensor sums = at::empty({params.count, channel_dot_parts(params), params.channels}, options);
  CENTIGAN_CUDA_CHECK(launch_channel_dot(element_of(a), params, pointer_of(a), pointer_of(b), pointer_of(s),
                                         scaled.defined() ? scaled.mutable_data_ptr() : nullptr,
                                         sums.mutable_data_ptr(), device.stream()));
  return {scaled, sums.size(1) == 1 ? sums.squeeze(1) : sums.sum(1)};
}

}  // namespace

Tensor channel_scale(const Tensor& x_in, const Tensor& s_in, const std::optional<Tensor>& added_in) {
  const Tensor x = x_in.contiguous(x_in.suggest_memory_format()), y = at::empty_like(x);
  if (y.numel() == 0) return y;
  const OnDeviceOf device(x);
  const Tensor s = wide_factor(s_in, x), added = added_in ? wide_factor(*added_in, x) : Tensor();
  ChannelScaleParams params = scale_params(x);
  if (added.defined() && added.numel() > params.pixels) params.added_step = params.pixels;
  CENTIGAN_CUDA_CHECK(launch_channel_scale(element_of(x), params, pointer_of(x), pointer_of(s), pointer_of(added),
                                           y.mutable_data_ptr(), device.stream()));
  return y;
}

Tensor channel_dot(const Tensor& a, const Tensor& b) {
  return std::get<1>(scale_and_dot_cuda(a, b, {}));
}

std::tuple<Tensor, Tensor> channel_scale_backward(const Tensor& grad, const Tensor& x, const Tensor& s) {
  return scale_and_dot_cuda(grad, x, s);
}

}  // namespace centigan::cuda
