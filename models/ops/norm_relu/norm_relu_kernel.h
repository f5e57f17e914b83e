// Plain C++, no torch. One picture [pixels][channels] a call; vectors have one value a channel.
#pragma once
#include <cstdint>

#include "common/kernel.h"

namespace centigan {

struct NormRows {
  int64_t pixels, channels;
};

// Mean over the pixels, and the sum of the squared distances from it.
template <class T>
void norm_moments_kernel(NormRows rows, const T* x, float* mean, float* squares);

// y = relu(scale * x + offset).
template <class T>
void norm_relu_kernel(NormRows rows, const T* x, const float* scale, const float* offset, T* y);

// Where scale * x + offset is positive: sums of grad, and of grad * (x - mean).
template <class T>
void norm_sums_kernel(NormRows rows, const T* grad, const T* x, const float* scale, const float* offset,
                      const float* mean, float* sums, float* products);

// grad_x = (scale * grad where scale * x + offset is positive) + slope * (x - mean) + level.
template <class T>
void norm_backward_kernel(NormRows rows, const T* grad, const T* x, const float* scale, const float* offset,
                          const float* mean, const float* slope, const float* level, T* grad_x);

}  // namespace centigan
