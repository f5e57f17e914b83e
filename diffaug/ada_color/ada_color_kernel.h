// Plain C++, no torch.
#pragma once
#include <cstdint>

#include "common/host_device.h"

namespace centigan {

// What a matrix does to one picture: y = m x + t for 3 and 4 channels, y = m[0] x + t[0] for one.
template <class T>
struct AdaColorMap {
  T m[9], t[3];
  bool identity;  // copied, so that signs of zeros and neighbours of infinities stay as they are
};

// From c, 4x4 by rows; the last row is not read.
template <class T>
CENTIGAN_HOST_DEVICE AdaColorMap<T> ada_color_map(const double* c, int64_t channels) {
  AdaColorMap<T> map{};
  double sum = 0, offset = 0;
  map.identity = true;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      map.m[3 * i + j] = static_cast<T>(c[4 * i + j]);
      map.identity = map.identity && c[4 * i + j] == (i == j ? 1.0 : 0.0);
      sum += c[4 * i + j];
    }
    map.t[i] = static_cast<T>(c[4 * i + 3]);
    map.identity = map.identity && c[4 * i + 3] == 0.0;
    offset += c[4 * i + 3];
  }
  if (channels == 1) map.m[0] = static_cast<T>(sum / 3), map.t[0] = static_cast<T>(offset / 3);
  return map;
}

struct AdaColorParams {
  int64_t pixels, channels;              // of one picture; channels 1, 3 or 4
  int64_t pixel_stride, channel_stride;  // 1 and pixels, or channels and 1 (channels-last)
};

// For pixels begin ... end - 1 of all pictures; c [N,4,4].
template <class T>
void ada_color_kernel_cpu(const T* x, const double* c, T* y, const AdaColorParams& p, int64_t begin, int64_t end);

}  // namespace centigan
