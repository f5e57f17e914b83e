#include "norm_relu/norm_relu_kernel.h"

#include <algorithm>

namespace centigan {
namespace {

// Sums of runs of pixels, then of the runs' sums: rounding grows with the root, not the size.
constexpr int64_t kRun = 256, kLanes = 256;

// f(first channel, channels) for blocks of channels whose sums fit on the stack.
template <class F>
CENTIGAN_INLINE void for_lanes(int64_t channels, const F& f) {
  for (int64_t first = 0; first < channels; first += kLanes) f(first, std::min(kLanes, channels - first));
}

// sums[c] = sum over pixels of value(pixel's offset, c), for channels first ... first + count - 1.
template <class F>
CENTIGAN_INLINE void sum_pixels(NormRows rows, int64_t first, int64_t count, float* __restrict sums, const F& value) {
  float run[kLanes];
  std::fill_n(sums + first, count, 0.0f);
  for (int64_t begin = 0; begin < rows.pixels; begin += kRun) {
    std::fill_n(run, count, 0.0f);
    for (int64_t p = begin; p < std::min(begin + kRun, rows.pixels); ++p) {
      const int64_t at = p * rows.channels + first;
      for (int64_t c = 0; c < count; ++c) run[c] += value(at + c, first + c);
    }
    for (int64_t c = 0; c < count; ++c) sums[first + c] += run[c];
  }
}

template <class T>
CENTIGAN_INLINE void moments(NormRows rows, const T* __restrict x, float* __restrict mean, float* __restrict squares) {
  for_lanes(rows.channels, [&](int64_t first, int64_t count) {
    sum_pixels(rows, first, count, mean, [&](int64_t at, int64_t) { return load(x[at]); });
    for (int64_t c = first; c < first + count; ++c) mean[c] /= static_cast<float>(rows.pixels);
    sum_pixels(rows, first, count, squares, [&](int64_t at, int64_t c) {
      const float distance = load(x[at]) - mean[c];
      return distance * distance;
    });
  });
}

template <class T>
CENTIGAN_INLINE void norm_forward(NormRows rows, const T* __restrict x, const float* __restrict scale,
                                  const float* __restrict offset, T* __restrict y) {
  for (int64_t p = 0; p < rows.pixels; ++p, x += rows.channels, y += rows.channels)
    for (int64_t c = 0; c < rows.channels; ++c) store(y[c], std::max(scale[c] * load(x[c]) + offset[c], 0.0f));
}

template <class T>
CENTIGAN_INLINE void norm_sums(NormRows rows, const T* __restrict grad, const T* __restrict x,
                               const float* __restrict scale, const float* __restrict offset,
                               const float* __restrict mean, float* __restrict sums, float* __restrict products) {
  float run[kLanes], run_products[kLanes];
  for_lanes(rows.channels, [&](int64_t first, int64_t count) {
    std::fill_n(sums + first, count, 0.0f);
    std::fill_n(products + first, count, 0.0f);
    for (int64_t begin = 0; begin < rows.pixels; begin += kRun) {
      std::fill_n(run, count, 0.0f);
      std::fill_n(run_products, count, 0.0f);
      for (int64_t p = begin; p < std::min(begin + kRun, rows.pixels); ++p) {
        const T *at_x = x + p * rows.channels + first, *at_grad = grad + p * rows.channels + first;
        for (int64_t c = 0; c < count; ++c) {
          const float value = load(at_x[c]);
          const float passed = scale[first + c] * value + offset[first + c] > 0.0f ? load(at_grad[c]) : 0.0f;
          run[c] += passed;
          run_products[c] += passed * (value - mean[first + c]);
        }
      }
      for (int64_t c = 0; c < count; ++c) sums[first + c] += run[c], products[first + c] += run_products[c];
    }
  });
}

template <class T>
CENTIGAN_INLINE void norm_backward(NormRows rows, const T* __restrict grad, const T* __restrict x,
                                   const float* __restrict scale, const float* __restrict offset,
                                   const float* __restrict mean, const float* __restrict slope,
                                   const float* __restrict level, T* __restrict grad_x) {
  for (int64_t p = 0; p < rows.pixels; ++p, x += rows.channels, grad += rows.channels, grad_x += rows.channels)
    for (int64_t c = 0; c < rows.channels; ++c) {
      const float value = load(x[c]), passed = scale[c] * value + offset[c] > 0.0f ? load(grad[c]) : 0.0f;
      store(grad_x[c], scale[c] * passed + slope[c] * (value - mean[c]) + level[c]);
    }
}

}  // namespace

#define CENTIGAN_NORM_KERNELS(T)                                                                                       \
  template <>                                                                                                          \
  CENTIGAN_CLONES void norm_moments_kernel<T>(NormRows rows, const T* x, float* mean, float* squares) {                \
    moments(rows, x, mean, squares);                                                                                   \
  }                                                                                                                    \
  template <>                                                                                                          \
  CENTIGAN_CLONES void norm_relu_kernel<T>(NormRows rows, const T* x, const float* scale, const float* offset, T* y) { \
    norm_forward(rows, x, scale, offset, y);                                                                           \
  }                                                                                                                    \
  template <>                                                                                                          \
  CENTIGAN_CLONES void norm_sums_kernel<T>(NormRows rows, const T* grad, const T* x, const float* scale,               \
                                           const float* offset, const float* mean, float* sums, float* products) {     \
    norm_sums(rows, grad, x, scale, offset, mean, sums, products);                                                     \
  }                                                                                                                    \
  template <>                                                                                                          \
  CENTIGAN_CLONES void norm_backward_kernel<T>(NormRows rows, const T* grad, const T* x, const float* scale,           \
                                               const float* offset, const float* mean, const float* slope,             \
                                               const float* level, T* grad_x) {                                        \
    norm_backward(rows, grad, x, scale, offset, mean, slope, level, grad_x);                                           \
  }

CENTIGAN_NORM_KERNELS(float)
CENTIGAN_NORM_KERNELS(Bf16)
#undef CENTIGAN_NORM_KERNELS

}  // namespace centigan
