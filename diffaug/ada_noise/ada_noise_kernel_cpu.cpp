#include "ada_noise/ada_noise_kernel.h"

#include <cstring>

namespace centigan {

template <class T>
void ada_noise_kernel_cpu(const T* x, const T* noise, const double* sigma, T* y, int64_t size, int64_t begin,
                          int64_t end) {
  while (begin < end) {
    const int64_t n = begin / size, stop = (n + 1) * size < end ? (n + 1) * size : end;
    const T strength = static_cast<T>(sigma[n]);
    if (strength == 0)
      std::memcpy(y + begin, x + begin, static_cast<size_t>(stop - begin) * sizeof(T));
    else
      for (int64_t i = begin; i < stop; ++i) y[i] = x[i] + strength * noise[i];
    begin = stop;
  }
}

template void ada_noise_kernel_cpu(const float*, const float*, const double*, float*, int64_t, int64_t, int64_t);
template void ada_noise_kernel_cpu(const double*, const double*, const double*, double*, int64_t, int64_t, int64_t);

}  // namespace centigan
