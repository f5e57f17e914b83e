#include "bias_act/bias_act_kernel.h"

#include <algorithm>

// Each unit is cut into tiles of one row or of up to kTile values, on which three loops run: bias, function, sum.
namespace centigan {
namespace {

constexpr int64_t kTile = 512;

// A tile has one bias for all values, or one each if `biases` is not null.
template <Act A, class T, class S>
CENTIGAN_INLINE void forward_tile(const T* __restrict x, S bias, const S* __restrict biases, T* __restrict y, int64_t n,
                                  const BiasActScalars<S>& s) {
  for (int64_t i = 0; i < n; ++i) store(y[i], value_at<A>(load(x[i]) + (biases ? biases[i] : bias), s));
}

template <Act A, class T, class S>
CENTIGAN_INLINE void sigmoid_tile(const T* __restrict r, S bias, const S* __restrict biases, S* __restrict parts,
                                  int64_t n, const BiasActScalars<S>& s) {
  if (A != Act::kSwish && A != Act::kSoftplus) return;
  for (int64_t i = 0; i < n; ++i) parts[i] = sigmoid_at<A>(S(load(r[i])), biases ? biases[i] : bias, s);
}

// `wide` becomes dx in the accumulator's type.
template <Act A, class T, class S>
CENTIGAN_INLINE void backward_tile(const T* __restrict dy, const T* __restrict r, S bias, const S* __restrict biases,
                                   T* __restrict dx, S* __restrict wide, int64_t n, const BiasActScalars<S>& s) {
  if (r) sigmoid_tile<A>(r, bias, biases, wide, n, s);
  for (int64_t i = 0; i < n; ++i) {
    const S g = load(dy[i]) * (r ? slope_at<A>(S(load(r[i])), biases ? biases[i] : bias, wide[i], s) : s.gain);
    wide[i] = g;
    store(dx[i], g);
  }
}

template <Act A, class T, class S>
CENTIGAN_INLINE void double_backward_tile(const T* __restrict grad, const T* __restrict dy, const T* __restrict r,
                                          S bias, const S* __restrict biases, T* __restrict out, S* __restrict parts,
                                          int64_t n, const BiasActScalars<S>& s) {
  sigmoid_tile<A>(r, bias, biases, parts, n, s);
  for (int64_t i = 0; i < n; ++i)
    store(out[i], load(grad[i]) * load(dy[i]) * curve_at<A>(S(load(r[i])), biases ? biases[i] : bias, parts[i], s));
}

// Sixteen lanes that are added pairwise at the end: the same order on every instruction set.
template <class S>
CENTIGAN_INLINE S sum_of(const S* values, int64_t n) {
  S lanes[16] = {};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int64_t l = 0; l < 16; ++l) lanes[l] += values[i + l];
  for (int64_t l = 0; i + l < n; ++l) lanes[l] += values[i + l];
  for (int64_t half = 8; half > 0; half /= 2)
    for (int64_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
  return lanes[0];
}

// tile(first, count, channel) for all tiles of units begin ... end - 1; a tile stays within one row or one run.
template <class F>
CENTIGAN_INLINE void for_tiles(const BiasActParams& p, int64_t size, int64_t begin, int64_t end, const F& tile) {
  const int64_t unit = bias_act_unit(p), row = p.step > 1 ? p.step : p.channels;
  const int64_t last = std::min(size, end * unit);
  for (int64_t i = begin * unit; i < last; i += row)
    for (int64_t k = 0, n = std::min(row, last - i); k < n; k += kTile)
      tile(i + k, std::min(kTile, n - k), p.step > 1 ? i / p.step % p.channels : k, i / unit);
}

template <Act A, class T>
CENTIGAN_INLINE void forward(const T* x, const Accumulator<T>* b, T* y, int64_t size, const BiasActParams& p,
                             int64_t begin, int64_t end) {
  using S = Accumulator<T>;
  const BiasActScalars<S> s(p);
  for_tiles(
      p, size, begin, end, [&](int64_t i, int64_t n, int64_t c, int64_t) __attribute__((always_inline)) {
        if (b && p.step == 1)
          forward_tile<A, T, S>(x + i, S(0), b + c, y + i, n, s);
        else
          forward_tile<A, T, S>(x + i, b ? b[c] : S(0), nullptr, y + i, n, s);
      });
}

template <Act A, class T>
CENTIGAN_INLINE void backward(const T* dy, const T* r, const Accumulator<T>* b, T* dx, Accumulator<T>* sums,
                              int64_t size, const BiasActParams& p, int64_t begin, int64_t end) {
  using S = Accumulator<T>;
  const BiasActScalars<S> s(p);
  S wide[kTile] = {};
  if (sums)
    std::fill(sums + (p.step > 1 ? begin : begin * p.channels), sums + (p.step > 1 ? end : end * p.channels), S(0));
  for_tiles(
      p, size, begin, end, [&](int64_t i, int64_t n, int64_t c, int64_t unit) __attribute__((always_inline)) {
        if (b && p.step == 1)
          backward_tile<A, T, S>(dy + i, r ? r + i : nullptr, S(0), b + c, dx + i, wide, n, s);
        else
          backward_tile<A, T, S>(dy + i, r ? r + i : nullptr, b ? b[c] : S(0), nullptr, dx + i, wide, n, s);
        if (!sums) return;
        if (p.step > 1) {
          sums[unit] += sum_of(wide, n);
        } else {
          S* __restrict to = sums + unit * p.channels + c;
          for (int64_t k = 0; k < n; ++k) to[k] += wide[k];
        }
      });
}

template <Act A, class T>
CENTIGAN_INLINE void double_backward(const T* grad, const T* dy, const T* r, const Accumulator<T>* b, T* out,
                                     int64_t size, const BiasActParams& p, int64_t begin, int64_t end) {
  using S = Accumulator<T>;
  const BiasActScalars<S> s(p);
  S parts[kTile] = {};
  for_tiles(
      p, size, begin, end, [&](int64_t i, int64_t n, int64_t c, int64_t) __attribute__((always_inline)) {
        if (b && p.step == 1)
          double_backward_tile<A, T, S>(grad + i, dy + i, r + i, S(0), b + c, out + i, parts, n, s);
        else
          double_backward_tile<A, T, S>(grad + i, dy + i, r + i, b ? b[c] : S(0), nullptr, out + i, parts, n, s);
      });
}

}  // namespace

#define CENTIGAN_BIAS_ACT(T, CLONES)                                                                                  \
  template <>                                                                                                         \
  CLONES void bias_act_kernel_cpu<T>(const T* x, const Accumulator<T>* b, T* y, int64_t size, const BiasActParams& p, \
                                     int64_t begin, int64_t end) {                                                    \
    with_act(                                                                                                         \
        p.act, [&](auto a)                                                                                            \
                   __attribute__((always_inline)) { forward<decltype(a)::value>(x, b, y, size, p, begin, end); });    \
  }                                                                                                                   \
  template <>                                                                                                         \
  CLONES void bias_act_backward_kernel_cpu<T>(const T* dy, const T* r, const Accumulator<T>* b, T* dx,                \
                                              Accumulator<T>* sums, int64_t size, const BiasActParams& p,             \
                                              int64_t begin, int64_t end) {                                           \
    with_act(                                                                                                         \
        p.act, [&](auto a) __attribute__((always_inline)) {                                                           \
          backward<decltype(a)::value>(dy, r, b, dx, sums, size, p, begin, end);                                      \
        });                                                                                                           \
  }                                                                                                                   \
  template <>                                                                                                         \
  CLONES void bias_act_double_backward_kernel_cpu<T>(const T* grad, const T* dy, const T* r, const Accumulator<T>* b, \
                                                     T* out, int64_t size, const BiasActParams& p, int64_t begin,     \
                                                     int64_t end) {                                                   \
    with_act(                                                                                                         \
        p.act, [&](auto a) __attribute__((always_inline)) {                                                           \
          double_backward<decltype(a)::value>(grad, dy, r, b, out, size, p, begin, end);                              \
        });                                                                                                           \
  }

CENTIGAN_BIAS_ACT(float, CENTIGAN_CLONES)
CENTIGAN_BIAS_ACT(Bf16, CENTIGAN_CLONES)
CENTIGAN_BIAS_ACT(double, )

}  // namespace centigan
