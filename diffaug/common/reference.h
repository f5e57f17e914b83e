// Each operator from a few ATen calls: what the kernels are compared with, and what runs on devices that have no
// kernel.
#pragma once
#include <ATen/core/Tensor.h>

namespace centigan {

at::Tensor brightness_ref(const at::Tensor& x, const at::Tensor& u);
at::Tensor saturation_ref(const at::Tensor& x, const at::Tensor& u);
at::Tensor contrast_ref(const at::Tensor& x, const at::Tensor& u);
at::Tensor translation_ref(const at::Tensor& x, const at::Tensor& u, double ratio);
at::Tensor translation_backward_ref(const at::Tensor& grad, const at::Tensor& u, double ratio);
at::Tensor cutout_ref(const at::Tensor& x, const at::Tensor& u, double ratio);

}  // namespace centigan
