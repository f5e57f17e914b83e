// Each stage from ATen calls, step by step as published: what the kernels are compared with, and what runs on devices
// that have no kernel.
#pragma once
#include <ATen/core/Tensor.h>

namespace centigan {

at::Tensor ada_geometry_ref(const at::Tensor& x, const at::Tensor& g_inv);
at::Tensor ada_geometry_backward_ref(const at::Tensor& grad, const at::Tensor& g_inv);
at::Tensor ada_color_ref(const at::Tensor& x, const at::Tensor& c);
at::Tensor ada_filter_ref(const at::Tensor& x, const at::Tensor& gains);
at::Tensor ada_filter_backward_ref(const at::Tensor& grad, const at::Tensor& gains);
at::Tensor ada_noise_ref(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& sigma);
at::Tensor ada_cutout_ref(const at::Tensor& x, const at::Tensor& centre, const at::Tensor& size);

}  // namespace centigan
