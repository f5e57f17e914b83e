// Convolutions whose gradients of every order are convolutions again.
//
// LibTorch's own second derivative of a convolution works out the weight's part as a convolution with a kernel of the
// size of the picture, and copies the batch to do so. Here it is the weight gradient of a first-order pass.
#pragma once
#include <ATen/core/Tensor.h>

namespace centigan {

struct ConvolutionShape {
  int64_t stride_y = 1, stride_x = 1, padding_y = 0, padding_x = 0;
  bool transposed = false;
};

// x [N,I,H,W], weight [O,I,kh,kw], or [I,O,kh,kw] if transposed. Correlation, no bias.
at::Tensor convolution(const at::Tensor& x, const at::Tensor& weight, const ConvolutionShape& shape);

}  // namespace centigan
