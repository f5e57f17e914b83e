#include "kernels.h"

#include <algorithm>
#include <cstring>

// One body for three instruction sets, chosen once by the loader.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define CENTIGAN_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CENTIGAN_CLONES
#endif
#define CENTIGAN_INLINE inline __attribute__((always_inline))

namespace centigan::lite_kernels {
namespace {

constexpr int64_t kMaxChannels = 1024;

CENTIGAN_INLINE float load(float value) {
  return value;
}
CENTIGAN_INLINE float load(uint16_t value) {
  const uint32_t bits = static_cast<uint32_t>(value) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}
CENTIGAN_INLINE void store(float& to, float value) {
  to = value;
}
CENTIGAN_INLINE void store(uint16_t& to, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  to = static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);  // to nearest, ties to even
}

template <class T>
CENTIGAN_INLINE void forward(Rows rows, float slope, const T* __restrict x, const float* __restrict bias,
                             const float* __restrict scale, const T* __restrict residual, T* __restrict out) {
  for (int64_t p = 0; p < rows.pixels; ++p, x += rows.channels, out += rows.channels) {
    for (int64_t c = 0; c < rows.channels; ++c) {
      const float v = load(x[c]) + bias[c];
      const float y = (v >= 0.0f ? v : v * slope) * scale[c];
      store(out[c], residual ? y + load(residual[c]) : y);
    }
    if (residual) residual += rows.channels;
  }
}

template <class T>
CENTIGAN_INLINE void backward(Rows rows, float slope, const T* __restrict grad_out, const T* __restrict x,
                              const float* __restrict bias, const float* __restrict scale, T* __restrict grad_x,
                              float* __restrict grad_bias, float* __restrict grad_scale) {
  float bias_sum[kMaxChannels], scale_sum[kMaxChannels];
  constexpr int64_t kRun = 256;  // sums of runs, then of the runs' sums: rounding grows with the root, not the size
  for (int64_t first = 0; first < rows.pixels; first += kRun) {
    std::fill_n(bias_sum, rows.channels, 0.0f);
    std::fill_n(scale_sum, rows.channels, 0.0f);
    const int64_t last = std::min(first + kRun, rows.pixels);
    for (int64_t p = first; p < last; ++p, x += rows.channels, grad_out += rows.channels, grad_x += rows.channels) {
      for (int64_t c = 0; c < rows.channels; ++c) {
        const float v = load(x[c]) + bias[c];
        const float g = load(grad_out[c]) * (v >= 0.0f ? 1.0f : slope);
        scale_sum[c] += g * v;
        bias_sum[c] += g * scale[c];
        store(grad_x[c], g * scale[c]);
      }
    }
    for (int64_t c = 0; c < rows.channels; ++c) {
      grad_bias[c] += bias_sum[c];
      grad_scale[c] += scale_sum[c];
    }
  }
}

template <class T>
CENTIGAN_INLINE void to_rgb(Rows rows, int64_t planes, const T* __restrict x, const float* __restrict weight,
                            float* __restrict rgb) {
  constexpr int64_t kLanes = 16;  // fixed, so that sums do not depend on the instruction set's width
  for (int64_t p = 0; p < rows.pixels; ++p, x += rows.channels) {
    for (int64_t r = 0; r < planes; ++r) {
      const float* __restrict w = weight + r * rows.channels;
      float sums[kLanes] = {};
      int64_t c = 0;
      for (; c + kLanes <= rows.channels; c += kLanes) {
        for (int64_t i = 0; i < kLanes; ++i) sums[i] += load(x[c + i]) * w[c + i];
      }
      for (int64_t i = 0; c + i < rows.channels; ++i) sums[i] += load(x[c + i]) * w[c + i];
      for (int64_t step = kLanes / 2; step > 0; step /= 2) {
        for (int64_t i = 0; i < step; ++i) sums[i] += sums[i + step];
      }
      rgb[r * rows.pixels + p] = sums[0];
    }
  }
}

template <class T>
CENTIGAN_INLINE void from_rgb(Rows rows, int64_t planes, const float* __restrict grad_rgb, const T* __restrict x,
                              const float* __restrict weight, T* __restrict grad_x, float* __restrict grad_weight) {
  for (int64_t p = 0; p < rows.pixels; ++p, x += rows.channels, grad_x += rows.channels) {
    float sum[kMaxChannels];
    std::fill_n(sum, rows.channels, 0.0f);
    for (int64_t r = 0; r < planes; ++r) {
      const float g = grad_rgb[r * rows.pixels + p];
      const float* __restrict w = weight + r * rows.channels;
      float* __restrict gw = grad_weight + r * rows.channels;
      for (int64_t c = 0; c < rows.channels; ++c) {
        sum[c] += g * w[c];
        gw[c] += g * load(x[c]);
      }
    }
    for (int64_t c = 0; c < rows.channels; ++c) store(grad_x[c], sum[c]);
  }
}

}  // namespace

CENTIGAN_CLONES void epilogue_forward(Rows rows, float slope, const uint16_t* x, const float* bias, const float* scale,
                                      const uint16_t* residual, uint16_t* out) {
  forward(rows, slope, x, bias, scale, residual, out);
}
CENTIGAN_CLONES void epilogue_forward(Rows rows, float slope, const float* x, const float* bias, const float* scale,
                                      const float* residual, float* out) {
  forward(rows, slope, x, bias, scale, residual, out);
}

CENTIGAN_CLONES void epilogue_backward(Rows rows, float slope, const uint16_t* grad_out, const uint16_t* x,
                                       const float* bias, const float* scale, uint16_t* grad_x, float* grad_bias,
                                       float* grad_scale) {
  backward(rows, slope, grad_out, x, bias, scale, grad_x, grad_bias, grad_scale);
}
CENTIGAN_CLONES void epilogue_backward(Rows rows, float slope, const float* grad_out, const float* x, const float* bias,
                                       const float* scale, float* grad_x, float* grad_bias, float* grad_scale) {
  backward(rows, slope, grad_out, x, bias, scale, grad_x, grad_bias, grad_scale);
}

CENTIGAN_CLONES void requantise_forward(Rows rows, const float* x, const float* bias, const float* positive,
                                        const float* negative, float* out) {
  for (int64_t p = 0; p < rows.pixels; ++p, x += rows.channels, out += rows.channels) {
    for (int64_t c = 0; c < rows.channels; ++c) {
      const float u = x[c] + bias[c];
      const float y = __builtin_floorf(u * (u >= 0.0f ? positive[c] : negative[c]) + 0.5f);
      out[c] = y > 127.0f ? 127.0f : y < -127.0f ? -127.0f : y;
    }
  }
}

CENTIGAN_CLONES void requantise_backward(Rows rows, float slope, const float* grad_out, const float* x,
                                         const float* bias, const float* positive, const float* negative, float* grad_x,
                                         float* grad_bias, float* grad_scale) {
  for (int64_t p = 0; p < rows.pixels; ++p, x += rows.channels, grad_out += rows.channels, grad_x += rows.channels) {
    for (int64_t c = 0; c < rows.channels; ++c) {
      const float u = x[c] + bias[c], m = u >= 0.0f ? positive[c] : negative[c], y = u * m;
      const float g = y < 127.5f && y > -127.5f ? grad_out[c] : 0.0f;
      grad_x[c] = g * m;
      grad_bias[c] += g * m;
      grad_scale[c] += g * (u >= 0.0f ? u : slope * u);
    }
  }
}

CENTIGAN_CLONES void rgb_forward(Rows rows, int64_t planes, const uint16_t* x, const float* weight, float* rgb) {
  to_rgb(rows, planes, x, weight, rgb);
}
CENTIGAN_CLONES void rgb_forward(Rows rows, int64_t planes, const float* x, const float* weight, float* rgb) {
  to_rgb(rows, planes, x, weight, rgb);
}

CENTIGAN_CLONES void rgb_backward(Rows rows, int64_t planes, const float* grad_rgb, const uint16_t* x,
                                  const float* weight, uint16_t* grad_x, float* grad_weight) {
  from_rgb(rows, planes, grad_rgb, x, weight, grad_x, grad_weight);
}
CENTIGAN_CLONES void rgb_backward(Rows rows, int64_t planes, const float* grad_rgb, const float* x, const float* weight,
                                  float* grad_x, float* grad_weight) {
  from_rgb(rows, planes, grad_rgb, x, weight, grad_x, grad_weight);
}

}  // namespace centigan::lite_kernels
