// What all operators share around their kernels.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#pragma GCC visibility push(default)

namespace centigan {

// x [N,C,H,W] floating point; u [N,columns] of x's type or float32 on x's device. Works on symbolic sizes.
void check_pictures(const char* op, const at::Tensor& x, const at::Tensor& u, int64_t columns);
void check_ratio(const char* op, double ratio);

// What every operator returns, without values: x's type and shape, channels-last where x is, else contiguous.
at::Tensor empty_pictures(const at::Tensor& x);

// Units of `elements` each that a thread should have at least.
constexpr int64_t thread_share(int64_t elements) {
  return elements >= 16384 ? 1 : 16384 / (elements > 1 ? elements : 1);
}

}  // namespace centigan

#pragma GCC visibility pop
