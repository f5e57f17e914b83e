// Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

struct SaturationParams {
  int64_t pixels, channels;              // of one picture
  int64_t pixel_stride, channel_stride;  // 1 and pixels, or channels and 1 (channels-last)
};

// y = m + 2u[n] (x - m), m the mean over the channels, for pixels begin ... end - 1 of all pictures.
template <class T>
void saturation_kernel_cpu(const T* x, const double* u, T* y, const SaturationParams& p, int64_t begin, int64_t end);

}  // namespace centigan
