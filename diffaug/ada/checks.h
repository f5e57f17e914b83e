// What the stages of ADA check.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

#pragma GCC visibility push(default)

namespace centigan {

// x [N,C,H,W] floating point.
void check_ada_pictures(const char* op, const at::Tensor& x);
// `value` [N, sizes...], float32 or x's type, on x's device. Works on symbolic sizes.
void check_ada_parameter(const char* op, const at::Tensor& x, const char* name, const at::Tensor& value,
                         const std::vector<int64_t>& sizes);

}  // namespace centigan

#pragma GCC visibility pop
