#include "brightness/brightness_kernel.h"

namespace centigan {

template <class T>
void brightness_kernel_cpu(const T* x, const double* u, T* y, const BrightnessParams& p, int64_t begin, int64_t end) {
  while (begin < end) {
    const int64_t n = begin / p.picture, stop = (n + 1) * p.picture < end ? (n + 1) * p.picture : end;
    const T offset = static_cast<T>(u[n] - 0.5);
    for (int64_t i = begin; i < stop; ++i) y[i] = x[i] + offset;
    begin = stop;
  }
}

template void brightness_kernel_cpu(const float*, const double*, float*, const BrightnessParams&, int64_t, int64_t);
template void brightness_kernel_cpu(const double*, const double*, double*, const BrightnessParams&, int64_t, int64_t);

}  // namespace centigan
