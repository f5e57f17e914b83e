#pragma once
#include <ATen/core/Tensor.h>

namespace centigan {

// centre [N,2], size [N] or [].
void check_ada_cutout(const at::Tensor& x, const at::Tensor& centre, const at::Tensor& size);

}  // namespace centigan
