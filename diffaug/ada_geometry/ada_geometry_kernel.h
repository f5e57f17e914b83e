// Plain C++, no torch. What one picture's matrix means, for kernels of every device.
//
// The doubled picture has the coordinate q: pixel k lies at q = 2k, in both directions. With f the 12 taps, the padded
// picture v (reflected, zero beyond the margins) becomes
//   U[2k] = 2 sum_a f[11-2a] v[k-3+a],  U[2k+1] = 2 sum_a f[10-2a] v[k-2+a],  a = 0 ... 5, in each direction;
// samples s[i], i = -5 ... 2n+4, are taken from U where the matrix says, bilinearly; and
//   y[o] = sum_k f[k] s[2o+k-5],  k = 0 ... 11.
// Up-sampling is the transpose of this last step, times 2 in each direction, so the adjoint has the same pieces.
#pragma once
#include <cmath>
#include <cstdint>

#include "common/host_device.h"

namespace centigan {

constexpr int kAdaTaps = 12;
constexpr int kAdaBefore = 5, kAdaSamples = 10;  // the grid starts at -5 and has 2n + 10 points

// sym6 (Daubechies' least asymmetric wavelet of 6 vanishing moments), divided by its sum, the square root of 2.
CENTIGAN_HOST_DEVICE inline double ada_geometry_tap(int k) {
  constexpr double kTaps[kAdaTaps] = {0.015404109327027373, 0.0034907120842174702, -0.11799011114819057,
                                      -0.048311742585633,   0.4910559419267466,    0.787641141030194,
                                      0.3379294217276218,   -0.07263752278646252,  -0.021060292512300564,
                                      0.04472490177066578,  0.0017677118642428036, -0.007800708325034148};
  constexpr double kSum = kTaps[0] + kTaps[1] + kTaps[2] + kTaps[3] + kTaps[4] + kTaps[5] + kTaps[6] + kTaps[7] +
                          kTaps[8] + kTaps[9] + kTaps[10] + kTaps[11];
  return kTaps[k] / kSum;
}

// Pixels of reflection on each side, for the whole batch.
struct AdaMargins {
  int64_t left = 0, right = 0, top = 0, bottom = 0;
};

CENTIGAN_HOST_DEVICE inline int64_t ada_margin(double reach, int64_t size) {
  const double wanted = reach + 6 - static_cast<double>(size - 1) / 2, most = static_cast<double>(size - 1);
  return !(wanted > 0) ? 0 : wanted < most ? static_cast<int64_t>(std::ceil(wanted)) : size - 1;
}

// Grows `margins` to what the corners of a picture with the matrix g (3x3, two rows read) need.
CENTIGAN_HOST_DEVICE inline void grow_ada_margins(const double* g, int64_t h, int64_t w, AdaMargins& margins) {
  const double cx = static_cast<double>(w - 1) / 2, cy = static_cast<double>(h - 1) / 2;
  for (int corner = 0; corner < 4; ++corner) {
    const double x = corner & 1 ? cx : -cx, y = corner & 2 ? cy : -cy;
    const double at_x = g[0] * x + g[1] * y + g[2], at_y = g[3] * x + g[4] * y + g[5];
    const int64_t left = ada_margin(-at_x, w), right = ada_margin(at_x, w);
    const int64_t top = ada_margin(-at_y, h), bottom = ada_margin(at_y, h);
    if (left > margins.left) margins.left = left;
    if (right > margins.right) margins.right = right;
    if (top > margins.top) margins.top = top;
    if (bottom > margins.bottom) margins.bottom = bottom;
  }
}

// The matrix of a picture that is copied.
CENTIGAN_HOST_DEVICE inline bool ada_geometry_is_identity(const double* g) {
  return g[0] == 1 && g[1] == 0 && g[2] == 0 && g[3] == 0 && g[4] == 1 && g[5] == 0;
}

// Where grid point (i, j) samples the doubled picture: q_x = xx i + xy j + x0, q_y = yx i + yy j + y0.
struct AdaSampling {
  double xx, xy, x0, yx, yy, y0;
};

CENTIGAN_HOST_DEVICE inline AdaSampling ada_sampling(const double* g, int64_t h, int64_t w) {
  const double last_x = static_cast<double>(w - 1), last_y = static_cast<double>(h - 1);
  return {g[0], g[1], 2 * g[2] + last_x - g[0] * last_x - g[1] * last_y,
          g[3], g[4], 2 * g[5] + last_y - g[3] * last_x - g[4] * last_y};
}

// Index of v[k] in the picture, for k within the margins.
CENTIGAN_HOST_DEVICE inline int64_t ada_reflected(int64_t k, int64_t size) {
  return k < 0 ? -k : k < size ? k : 2 * (size - 1) - k;
}

struct AdaGeometryParams {
  int64_t channels, h, w;
  AdaMargins margins;
};

// Planes begin ... end - 1 of the N * channels planes of [N,C,H,W], each on its own: x -> y, and the adjoint.
template <class T>
void ada_geometry_kernel_cpu(const T* x, const double* g_inv, T* y, const AdaGeometryParams& p, int64_t begin,
                             int64_t end);
template <class T>
void ada_geometry_backward_kernel_cpu(const T* grad, const double* g_inv, T* out, const AdaGeometryParams& p,
                                      int64_t begin, int64_t end);

}  // namespace centigan
