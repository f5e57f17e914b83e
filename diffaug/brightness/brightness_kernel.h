// Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

struct BrightnessParams {
  int64_t picture;  // elements of one picture, in any order
};

// y = x + (u[n] - 0.5) for elements begin ... end - 1 of all pictures.
template <class T>
void brightness_kernel_cpu(const T* x, const double* u, T* y, const BrightnessParams& p, int64_t begin, int64_t end);

}  // namespace centigan
