// Both operators through the dispatcher, with options as lists.
#pragma once
#include <ATen/core/Tensor.h>

namespace centigan {

at::Tensor call_upfirdn2d(const at::Tensor& x, const std::optional<at::Tensor>& f, at::IntArrayRef up,
                          at::IntArrayRef down, at::IntArrayRef padding, bool flip_filter, double gain);

// The adjoint: `grad` of the result, height and width of x, the options of the forward call.
at::Tensor call_upfirdn2d_backward(const at::Tensor& grad, const std::optional<at::Tensor>& f,
                                   const c10::SymInt& height, const c10::SymInt& width, at::IntArrayRef up,
                                   at::IntArrayRef down, at::IntArrayRef padding, bool flip_filter, double gain);

}  // namespace centigan
