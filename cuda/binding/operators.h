// The operators on CUDA tensors, as registration.cpp registers them. Schemas and Meta kernels are in the operator
// libraries; what an operator computes stands in centigan/diffaug/ops.h and ada.h.
#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <string_view>
#include <tuple>

namespace centigan::cuda {

using Probabilities = std::optional<at::Tensor>;

at::Tensor diffaug(const at::Tensor& x, const at::Tensor& u, std::string_view policy);
at::Tensor diffaug_p(const at::Tensor& x, const at::Tensor& u, std::string_view policy, const at::Tensor& p);
std::tuple<at::Tensor, at::Tensor> diffaug_parameters(const at::Tensor& x, const at::Tensor& u, std::string_view policy,
                                                      const Probabilities& p);
at::Tensor diffaug_linear(const at::Tensor& x, const at::Tensor& u, std::string_view policy, const Probabilities& p);
at::Tensor diffaug_backward(const at::Tensor& grad, const at::Tensor& u, std::string_view policy,
                            const Probabilities& p);

at::Tensor ada_geometry(const at::Tensor& x, const at::Tensor& g_inv);
at::Tensor ada_geometry_backward(const at::Tensor& grad, const at::Tensor& g_inv);
at::Tensor ada_color(const at::Tensor& x, const at::Tensor& c);
at::Tensor ada_filter(const at::Tensor& x, const at::Tensor& gains);
at::Tensor ada_filter_backward(const at::Tensor& grad, const at::Tensor& gains);
at::Tensor ada_noise(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& sigma);
at::Tensor ada_cutout(const at::Tensor& x, const at::Tensor& centre, const at::Tensor& size);

}  // namespace centigan::cuda
