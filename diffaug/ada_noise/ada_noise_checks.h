#pragma once
#include <ATen/core/Tensor.h>

#pragma GCC visibility push(default)

namespace centigan {

// noise has x's shape and type, sigma is [N].
void check_ada_noise(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& sigma);

}  // namespace centigan

#pragma GCC visibility pop
