#include "bias_act/bias_act_cuda.h"

#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "bias_act/bias_act_options.h"
#include "binding/operators.h"
#include "binding/pictures.h"

namespace centigan::cuda {
namespace {

using at::Tensor;

Tensor dense_in_format(const OptionalTensor& t, at::MemoryFormat format) {
  return t ? t->contiguous(format) : Tensor();
}

// `like`: a dense tensor in the layout of all.
BiasActParams bias_act_params(const Tensor& like, bool channels, const BiasActOptions& o) {
  const bool one = !channels || like.size(o.dim) == 1;
  return {one ? 1 : like.size(o.dim),
          one ? like.numel() : like.stride(o.dim),
          o.act(),
          o.alpha,
          o.gain,
          o.clamp,
          o.from_input()};
}

// The tensors of a call, dense in one layout; undefined ones are not read.
struct BiasActOperands {
  Tensor grad, dy, r, out;
  OptionalTensor b;
};

void run_bias_act(int order, const BiasActOperands& t, const BiasActOptions& o) {
  if (t.out.numel() == 0) return;
  const OnDeviceOf device(t.out);
  const Tensor b = t.b ? t.b->detach().to(at::toOpMathType(t.out.scalar_type())).contiguous() : Tensor();
  TORCH_CHECK(!b.defined() || b.device() == t.out.device(), "bias_act: b is on ", b.device(), ", x on ",
              t.out.device());
  const BiasActArrays arrays{pointer_of(t.grad), pointer_of(t.dy),         pointer_of(t.r),
                             pointer_of(b),      t.out.mutable_data_ptr(), t.out.numel()};
  CENTIGAN_CUDA_CHECK(
      launch_bias_act(order, element_of(t.out), arrays, bias_act_params(t.out, b.defined(), o), device.stream()));
}

// In the wide type, over all dimensions but one; ATen adds in a fixed order.
Tensor sum_but_one(const Tensor& dx, int64_t dim) {
  const at::ScalarType wide = at::toOpMathType(dx.scalar_type());
  if (dx.dim() == 1) return dx.to(wide, false, true);
  std::vector<int64_t> others;
  for (int64_t i = 0; i < dx.dim(); ++i)
    if (i != dim) others.push_back(i);
  return at::sum(dx, others, false, wide);
}

}  // namespace

Tensor bias_act(const Tensor& x_in, const OptionalTensor& b, int64_t dim, std::string_view act,
                std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  const BiasActOptions o = bias_act_options(x_in, b, dim, act, alpha, gain, clamp);
  const Tensor x = x_in.contiguous(x_in.suggest_memory_format()), y = at::empty_like(x);
  run_bias_act(0, {{}, {}, x, y, b}, o);
  return y;
}

std::tuple<Tensor, Tensor> bias_act_backward(const Tensor& dy_in, const OptionalTensor& x, const OptionalTensor& b,
                                             const OptionalTensor& y, int64_t dim, std::string_view act, double alpha,
                                             double gain, double clamp, bool bias_grad) {
  const BiasActOptions o = bias_act_options(dim, act, alpha, gain, clamp, dy_in.scalar_type());
  const at::MemoryFormat format = bias_act_layout(dy_in, x, y).suggest_memory_format();
  const Tensor dy = dy_in.contiguous(format), dx = at::empty_like(dy);
  const Tensor r = dense_in_format(o.from_input() ? x : y, format);
  run_bias_act(1, {{}, dy, r, dx, o.from_input() ? b : OptionalTensor()}, o);
  if (bias_grad) return {dx, sum_but_one(dx, dim)};
  return {dx, at::empty({0}, dx.options().dtype(at::toOpMathType(dx.scalar_type())))};
}

Tensor bias_act_double_backward(const Tensor& grad, const Tensor& dy_in, const OptionalTensor& x,
                                const OptionalTensor& b, const OptionalTensor& y, int64_t dim, std::string_view act,
                                double alpha, double gain, double clamp) {
  const BiasActOptions o = bias_act_options(dim, act, alpha, gain, clamp, dy_in.scalar_type());
  const at::MemoryFormat format = bias_act_layout(dy_in, x, y).suggest_memory_format();
  const Tensor dy = dy_in.contiguous(format), out = at::empty_like(dy);
  const Tensor r = (o.from_input() ? x.value() : y.value()).contiguous(format);
  run_bias_act(2, {grad.contiguous(format), dy, r, out, o.from_input() ? b : OptionalTensor()}, o);
  return out;
}

}  // namespace centigan::cuda
