#pragma once
#include <ATen/core/Tensor.h>

#pragma GCC visibility push(default)

namespace centigan {

// centre [N,2], size [N] or [].
void check_ada_cutout(const at::Tensor& x, const at::Tensor& centre, const at::Tensor& size);

}  // namespace centigan

#pragma GCC visibility pop
