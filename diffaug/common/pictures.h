// What all operators share around their kernels: checks, and dense memory that a kernel can walk through.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace centigan {

// x [N,C,H,W] floating point; u [N,columns] of x's type or float32 on x's device. Works on symbolic sizes.
void check_pictures(const char* op, const at::Tensor& x, const at::Tensor& u, int64_t columns);
void check_ratio(const char* op, double ratio);

// What every operator returns, without values: x's type and shape, channels-last where x is, else contiguous.
at::Tensor empty_pictures(const at::Tensor& x);

// Input and output of a kernel: x and y dense in the same order; u [N,k] double and contiguous, so that a draw means
// the same whatever the type of the pictures.
struct DensePictures {
  at::Tensor x, u, y;
  int64_t n = 0, c = 0, h = 0, w = 0;
  bool channels_last = false;
};
// For kernels that compute: half types are widened to float; finish() gives y in x's type.
DensePictures dense_pictures(const at::Tensor& x, const at::Tensor& u);
// For kernels that only move values: x's own type.
DensePictures moved_pictures(const at::Tensor& x, const at::Tensor& u);

at::Tensor finish(const DensePictures& pictures, const at::Tensor& x);

// Units of `elements` each that a thread should have at least.
constexpr int64_t thread_share(int64_t elements) {
  return elements >= 16384 ? 1 : 16384 / (elements > 1 ? elements : 1);
}

}  // namespace centigan
