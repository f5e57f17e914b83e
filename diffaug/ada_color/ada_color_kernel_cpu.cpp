#include "ada_color/ada_color_kernel.h"

#include <cstring>

namespace centigan {
namespace {

template <class T>
CENTIGAN_ALWAYS_INLINE void mix_planes(const T* __restrict x, const AdaColorMap<T>& map, T* __restrict y, int64_t plane,
                                       int64_t count) {
  const T m0 = map.m[0], m1 = map.m[1], m2 = map.m[2], m3 = map.m[3], m4 = map.m[4], m5 = map.m[5], m6 = map.m[6],
          m7 = map.m[7], m8 = map.m[8], t0 = map.t[0], t1 = map.t[1], t2 = map.t[2];
  for (int64_t i = 0; i < count; ++i) {
    const T r = x[i], g = x[plane + i], b = x[2 * plane + i];
    y[i] = m0 * r + m1 * g + m2 * b + t0;
    y[plane + i] = m3 * r + m4 * g + m5 * b + t1;
    y[2 * plane + i] = m6 * r + m7 * g + m8 * b + t2;
  }
}

CENTIGAN_CLONES void mix(const float* x, const AdaColorMap<float>& map, float* y, int64_t plane, int64_t count) {
  mix_planes(x, map, y, plane, count);
}
CENTIGAN_CLONES void mix(const double* x, const AdaColorMap<double>& map, double* y, int64_t plane, int64_t count) {
  mix_planes(x, map, y, plane, count);
}

template <class T>
void copy_pixels(const T* x, T* y, int64_t first_channel, const AdaColorParams& p, int64_t count) {
  const size_t bytes = static_cast<size_t>(count) * sizeof(T);
  if (p.pixel_stride != 1) return void(std::memcpy(y, x, static_cast<size_t>(p.channels) * bytes));
  for (int64_t c = first_channel; c < p.channels; ++c)
    std::memcpy(y + c * p.channel_stride, x + c * p.channel_stride, bytes);
}

template <class T>
void color_planar(const T* x, const AdaColorMap<T>& map, T* y, const AdaColorParams& p, int64_t count) {
  if (p.channels == 1) {
    for (int64_t i = 0; i < count; ++i) y[i] = map.m[0] * x[i] + map.t[0];
    return;
  }
  mix(x, map, y, p.channel_stride, count);
  copy_pixels(x, y, 3, p, count);
}

template <class T>
void color_interleaved(const T* x, const AdaColorMap<T>& map, T* y, const AdaColorParams& p, int64_t count) {
  for (int64_t i = 0; i < count; ++i, x += p.channels, y += p.channels) {
    for (int r = 0; r < 3; ++r)
      y[r] = map.m[3 * r] * x[0] + map.m[3 * r + 1] * x[1] + map.m[3 * r + 2] * x[2] + map.t[r];
    if (p.channels == 4) y[3] = x[3];
  }
}

}  // namespace

template <class T>
void ada_color_kernel_cpu(const T* x, const double* c, T* y, const AdaColorParams& p, int64_t begin, int64_t end) {
  while (begin < end) {
    const int64_t n = begin / p.pixels, pixel = begin % p.pixels;
    const int64_t count = p.pixels - pixel < end - begin ? p.pixels - pixel : end - begin;
    const int64_t offset = n * p.pixels * p.channels + pixel * p.pixel_stride;
    const AdaColorMap<T> map = ada_color_map<T>(c + 16 * n, p.channels);
    if (map.identity)
      copy_pixels(x + offset, y + offset, 0, p, count);
    else if (p.pixel_stride == 1)
      color_planar(x + offset, map, y + offset, p, count);
    else
      color_interleaved(x + offset, map, y + offset, p, count);
    begin += count;
  }
}

template void ada_color_kernel_cpu(const float*, const double*, float*, const AdaColorParams&, int64_t, int64_t);
template void ada_color_kernel_cpu(const double*, const double*, double*, const AdaColorParams&, int64_t, int64_t);

}  // namespace centigan
