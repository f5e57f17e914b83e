#include "saturation/saturation_kernel.h"

namespace centigan {
namespace {

constexpr int64_t kBlock = 256;  // pixels whose means are held at a time

// One block of one picture. The channel loop is outside, so that neighbouring pixels are worked on side by side.
template <class T>
void saturate_planar(const T* x, T factor, T* y, const SaturationParams& p, int64_t count) {
  T mean[kBlock] = {};
  for (int64_t c = 0; c < p.channels; ++c)
    for (int64_t i = 0; i < count; ++i) mean[i] += x[c * p.channel_stride + i];
  for (int64_t i = 0; i < count; ++i) mean[i] /= static_cast<T>(p.channels);
  for (int64_t c = 0; c < p.channels; ++c)
    for (int64_t i = 0; i < count; ++i) {
      const int64_t at = c * p.channel_stride + i;
      y[at] = mean[i] + factor * (x[at] - mean[i]);
    }
}

template <class T>
void saturate_interleaved(const T* x, T factor, T* y, const SaturationParams& p, int64_t count) {
  for (int64_t i = 0; i < count; ++i, x += p.channels, y += p.channels) {
    T mean = 0;
    for (int64_t c = 0; c < p.channels; ++c) mean += x[c];
    mean /= static_cast<T>(p.channels);
    for (int64_t c = 0; c < p.channels; ++c) y[c] = mean + factor * (x[c] - mean);
  }
}

}  // namespace

template <class T>
void saturation_kernel_cpu(const T* x, const double* u, T* y, const SaturationParams& p, int64_t begin, int64_t end) {
  while (begin < end) {
    const int64_t n = begin / p.pixels, pixel = begin % p.pixels;
    int64_t count = p.pixels - pixel < end - begin ? p.pixels - pixel : end - begin;
    if (count > kBlock) count = kBlock;
    const int64_t offset = n * p.pixels * p.channels + pixel * p.pixel_stride;
    const T factor = static_cast<T>(2 * u[n]);
    if (p.pixel_stride == 1)
      saturate_planar(x + offset, factor, y + offset, p, count);
    else
      saturate_interleaved(x + offset, factor, y + offset, p, count);
    begin += count;
  }
}

template void saturation_kernel_cpu(const float*, const double*, float*, const SaturationParams&, int64_t, int64_t);
template void saturation_kernel_cpu(const double*, const double*, double*, const SaturationParams&, int64_t, int64_t);

}  // namespace centigan
