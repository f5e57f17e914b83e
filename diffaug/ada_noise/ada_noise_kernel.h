// Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

// y = x + sigma[n] noise for values begin ... end - 1, `size` of them to a picture; x, noise and y in one order. A
// picture with sigma 0 is copied.
template <class T>
void ada_noise_kernel_cpu(const T* x, const T* noise, const double* sigma, T* y, int64_t size, int64_t begin,
                          int64_t end);

}  // namespace centigan
