// Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

struct ContrastParams {
  int64_t picture;  // elements of one picture, in any order
};

// y = m + (u[n] + 0.5) (x - m), m the mean of the picture, for pictures begin ... end - 1. The order of the sum is
// fixed.
template <class T>
void contrast_kernel_cpu(const T* x, const double* u, T* y, const ContrastParams& p, int64_t begin, int64_t end);

}  // namespace centigan
