// The operators on CUDA tensors, as registration.cpp registers them. Schemas and Meta kernels are in the operator
// libraries; what an operator computes stands in centigan/diffaug/ops.h, ada.h and centigan/nn/ops.h.
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

at::Tensor upfirdn2d(const at::Tensor& x, const std::optional<at::Tensor>& f, at::IntArrayRef up, at::IntArrayRef down,
                     at::IntArrayRef padding, bool flip_filter, double gain);
at::Tensor upfirdn2d_backward(const at::Tensor& grad, const std::optional<at::Tensor>& f, c10::SymInt height,
                              c10::SymInt width, at::IntArrayRef up, at::IntArrayRef down, at::IntArrayRef padding,
                              bool flip_filter, double gain);

at::Tensor bias_act(const at::Tensor& x, const std::optional<at::Tensor>& b, int64_t dim, std::string_view act,
                    std::optional<double> alpha, std::optional<double> gain, std::optional<double> clamp);
std::tuple<at::Tensor, at::Tensor> bias_act_backward(const at::Tensor& dy, const std::optional<at::Tensor>& x,
                                                     const std::optional<at::Tensor>& b,
                                                     const std::optional<at::Tensor>& y, int64_t dim,
                                                     std::string_view act, double alpha, double gain, double clamp,
                                                     bool bias_grad);
at::Tensor bias_act_double_backward(const at::Tensor& grad, const at::Tensor& dy, const std::optional<at::Tensor>& x,
                                    const std::optional<at::Tensor>& b, const std::optional<at::Tensor>& y, int64_t dim,
                                    std::string_view act, double alpha, double gain, double clamp);

at::Tensor normal_rows(const at::Tensor& seeds, int64_t stream, int64_t width);

at::Tensor channel_scale(const at::Tensor& x, const at::Tensor& s, const std::optional<at::Tensor>& added);
at::Tensor channel_dot(const at::Tensor& a, const at::Tensor& b);
std::tuple<at::Tensor, at::Tensor> channel_scale_backward(const at::Tensor& grad, const at::Tensor& x,
                                                          const at::Tensor& s);

}  // namespace centigan::cuda
