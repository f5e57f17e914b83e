// A factor for each channel of each picture, and what its gradients are made of. Through the dispatcher.
#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <tuple>

namespace centigan {

// x [N,C,H,W] * s [N,C] + added [N,1,H,W], [1,1,H,W] or [H,W]. The type of x; s and added in it or wider.
at::Tensor channel_scale(const at::Tensor& x, const at::Tensor& s, const std::optional<at::Tensor>& added = {});

// Sum over the pixels of a * b, [N,C], in the accumulator's type (float for half types).
at::Tensor channel_dot(const at::Tensor& a, const at::Tensor& b);

// {grad * s, channel_dot(grad, x)} in one pass; has no gradient itself.
std::tuple<at::Tensor, at::Tensor> channel_scale_backward(const at::Tensor& grad, const at::Tensor& x,
                                                          const at::Tensor& s);

}  // namespace centigan
