#pragma once
#include <ATen/core/Tensor.h>

#pragma GCC visibility push(default)

namespace centigan {

// x has 1, 3 or 4 channels, c is [N,4,4].
void check_ada_color(const at::Tensor& x, const at::Tensor& c);

}  // namespace centigan

#pragma GCC visibility pop
