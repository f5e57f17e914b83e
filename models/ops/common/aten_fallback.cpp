// What runs on devices without kernels of ours: the ATen references.
#include <ATen/ATen.h>
#include <torch/library.h>

#include "bias_act/bias_act_options.h"
#include "upfirdn2d/upfirdn2d_options.h"

namespace centigan {
namespace {

using at::IntArrayRef, at::Tensor, c10::SymInt;

// The layout that the Meta kernels promise.
Tensor in_layout_of(const Tensor& y, const Tensor& x) {
  return y.contiguous(x.suggest_memory_format());
}

Tensor upfirdn2d_aten(const Tensor& x, const OptionalTensor& f, IntArrayRef up, IntArrayRef down, IntArrayRef padding,
                      bool flip_filter, double gain) {
  check_upfirdn2d(x, f, upfirdn_options(up, down, padding));
  return in_layout_of(upfirdn2d_ref(x, f, up, down, padding, flip_filter, gain), x);
}

Tensor upfirdn2d_backward_aten(const Tensor& grad, const OptionalTensor& f, SymInt height, SymInt width, IntArrayRef up,
                               IntArrayRef down, IntArrayRef padding, bool flip_filter, double gain) {
  const auto transposed =
      transposed_padding(grad, f, height.expect_int(), width.expect_int(), upfirdn_options(up, down, padding));
  return in_layout_of(upfirdn2d_ref(grad, f, down, up, transposed, !flip_filter, gain), grad);
}

Tensor bias_act_aten(const Tensor& x, const OptionalTensor& b, int64_t dim, std::string_view act,
                     std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp) {
  return in_layout_of(bias_act_ref(x, b, bias_act_options(x, b, dim, act, alpha, gain, clamp)), x);
}

std::tuple<Tensor, Tensor> bias_act_backward_aten(const Tensor& dy, const OptionalTensor& x, const OptionalTensor& b,
                                                  const OptionalTensor& y, int64_t dim, std::string_view act,
                                                  double alpha, double gain, double clamp, bool bias_grad) {
  const auto [dx, db] =
      bias_act_backward_ref(dy, x, b, y, bias_act_options(dim, act, alpha, gain, clamp, dy.scalar_type()), bias_grad);
  return {in_layout_of(dx, bias_act_layout(dy, x, y)), db};
}

Tensor bias_act_double_backward_aten(const Tensor& grad, const Tensor& dy, const OptionalTensor& x,
                                     const OptionalTensor& b, const OptionalTensor& y, int64_t dim,
                                     std::string_view act, double alpha, double gain, double clamp) {
  const BiasActOptions o = bias_act_options(dim, act, alpha, gain, clamp, dy.scalar_type());
  return in_layout_of(bias_act_double_backward_ref(grad, dy, x.value(), b, o), bias_act_layout(dy, x, y));
}

TORCH_LIBRARY_IMPL(centigan, CompositeExplicitAutograd, m) {
  m.impl("upfirdn2d", upfirdn2d_aten);
  m.impl("upfirdn2d_backward", upfirdn2d_backward_aten);
  m.impl("bias_act", bias_act_aten);
  m.impl("bias_act_backward", bias_act_backward_aten);
  m.impl("bias_act_double_backward", bias_act_double_backward_aten);
}

}  // namespace
}  // namespace centigan
