// Plain C++, no torch.
#pragma once
#include <cstdint>

#include "common/host_device.h"

namespace centigan {

constexpr int kAdaFilterTaps = 43, kAdaFilterPad = 21, kAdaBands = 4;

// Rows of 43 symmetric taps, from the lowest band to the highest; they add up to a one in the middle.
struct AdaFilterBank {
  double taps[kAdaBands][kAdaFilterTaps];
};

// Two-scale products of sym2: every round doubles the resolution of the bands so far by the low-pass and adds a band of
// the high-pass.
constexpr AdaFilterBank make_ada_filter_bank() {
  constexpr double kSym2[4] = {-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025};
  double low[7] = {}, high[7] = {};
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j) {
      const double product = kSym2[i] * kSym2[j] / 2;
      low[i + 3 - j] += product, high[i + 3 - j] += (i + j) % 2 ? -product : product;
    }
  AdaFilterBank bank{};
  for (int row = 0; row < kAdaBands; ++row) bank.taps[row][0] = row == 0 ? 1 : 0;
  int size = 1;
  for (int band = 1; band < kAdaBands; ++band) {
    for (int row = 0; row < kAdaBands; ++row) {
      double doubled[kAdaFilterTaps] = {};
      for (int i = 0; i < size; ++i)
        for (int k = 0; k < 7; ++k) doubled[2 * i + k] += bank.taps[row][i] * low[k];
      for (int i = 0; i < kAdaFilterTaps; ++i) bank.taps[row][i] = doubled[i];
    }
    size = 2 * size + 5;
    for (int k = 0; k < 7; ++k) bank.taps[band][(size - 7) / 2 + k] += high[k];
  }
  return bank;
}

// gains [4] -> taps [43].
template <class T>
CENTIGAN_HOST_DEVICE void ada_filter_taps(const AdaFilterBank& bank, const double* gains, T* taps) {
  for (int k = 0; k < kAdaFilterTaps; ++k) {
    double sum = 0;
    for (int band = 0; band < kAdaBands; ++band) sum += gains[band] * bank.taps[band][k];
    taps[k] = static_cast<T>(sum);
  }
}

// Gains of a picture that is copied.
CENTIGAN_HOST_DEVICE inline bool ada_filter_is_identity(const double* gains) {
  return gains[0] == 1 && gains[1] == 1 && gains[2] == 1 && gains[3] == 1;
}

// Index of position k of the picture that is continued by reflection without end.
CENTIGAN_HOST_DEVICE inline int64_t ada_reflected_always(int64_t k, int64_t size) {
  if (size == 1) return 0;
  const int64_t period = 2 * (size - 1), at = (k % period + period) % period;
  return at < size ? at : period - at;
}

struct AdaFilterParams {
  int64_t channels, h, w;
};

// Planes begin ... end - 1 of the N * channels planes of [N,C,H,W]; gains [N,4]. x -> y, and the adjoint.
template <class T>
void ada_filter_kernel_cpu(const T* x, const double* gains, T* y, const AdaFilterParams& p, int64_t begin, int64_t end);
template <class T>
void ada_filter_backward_kernel_cpu(const T* grad, const double* gains, T* out, const AdaFilterParams& p, int64_t begin,
                                    int64_t end);

}  // namespace centigan
