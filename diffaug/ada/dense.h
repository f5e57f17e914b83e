// Memory that a kernel can walk through.
#pragma once
#include <ATen/core/Tensor.h>

namespace centigan {

// Input and output of a kernel: x and y dense in the same order; parameters double and contiguous, so that they mean the
// same whatever the type of the pictures.
struct DensePictures {
  at::Tensor x, parameters, y;
  int64_t n = 0, c = 0, h = 0, w = 0;
  bool channels_last = false;
};
// For kernels that only move values: x's own type.
DensePictures moved_pictures(const at::Tensor& x, const at::Tensor& parameters);
// For kernels that compute: half types are widened to float. `planes`: channel by channel, whatever x's layout.
DensePictures dense_pictures(const at::Tensor& x, const at::Tensor& parameters, bool planes = false);

// y in x's type and layout.
at::Tensor finish(const DensePictures& pictures, const at::Tensor& x);

}  // namespace centigan
