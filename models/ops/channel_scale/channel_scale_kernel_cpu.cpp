#include "channel_scale/channel_scale_kernel.h"

#include <algorithm>

namespace centigan {
namespace {

template <class T, class S>
CENTIGAN_INLINE void scale_plane(const T* __restrict x, S s, const S* __restrict added, T* __restrict y, int64_t n) {
  if (added)
    for (int64_t i = 0; i < n; ++i) store(y[i], load(x[i]) * s + added[i]);
  else
    for (int64_t i = 0; i < n; ++i) store(y[i], load(x[i]) * s);
}

template <class T, class S>
CENTIGAN_INLINE void scale_pixels(const T* __restrict x, const S* __restrict s, const S* __restrict added,
                                  T* __restrict y, int64_t pixels, int64_t channels) {
  for (int64_t i = 0; i < pixels; ++i, x += channels, y += channels) {
    const S plus = added ? added[i] : S(0);
    for (int64_t c = 0; c < channels; ++c) store(y[c], load(x[c]) * s[c] + plus);
  }
}

// Sixteen lanes that are added pairwise at the end: the same order on every instruction set.
template <class T, class S>
CENTIGAN_INLINE S dot_plane(const T* __restrict a, const T* __restrict b, S s, T* __restrict scaled, int64_t n) {
  S lanes[16] = {};
  int64_t i = 0;
  for (; i + 16 <= n; i += 16)
    for (int64_t l = 0; l < 16; ++l) lanes[l] += load(a[i + l]) * load(b[i + l]);
  for (int64_t l = 0; i + l < n; ++l) lanes[l] += load(a[i + l]) * load(b[i + l]);
  if (scaled)
    for (i = 0; i < n; ++i) store(scaled[i], load(a[i]) * s);
  for (int64_t half = 8; half > 0; half /= 2)
    for (int64_t l = 0; l < half; ++l) lanes[l] += lanes[l + half];
  return lanes[0];
}

template <class T, class S>
CENTIGAN_INLINE void dot_pixels(const T* __restrict a, const T* __restrict b, const S* __restrict s,
                                T* __restrict scaled, S* __restrict sums, int64_t pixels, int64_t channels) {
  std::fill(sums, sums + channels, S(0));
  for (int64_t i = 0; i < pixels; ++i, a += channels, b += channels) {
    for (int64_t c = 0; c < channels; ++c) sums[c] += load(a[c]) * load(b[c]);
    if (!scaled) continue;
    for (int64_t c = 0; c < channels; ++c) store(scaled[c], load(a[c]) * s[c]);
    scaled += channels;
  }
}

struct ScaleUnit {
  int64_t picture, first_pixel, pixels, offset;  // offset of its first value
};
CENTIGAN_INLINE ScaleUnit scale_unit(const ChannelScaleParams& p, int64_t unit) {
  if (!p.channels_last) return {unit / p.channels, 0, p.pixels, unit * p.pixels};
  const int64_t blocks = channel_scale_blocks(p), first = unit % blocks * kScaledPixels, picture = unit / blocks;
  return {picture, first, std::min(kScaledPixels, p.pixels - first), (picture * p.pixels + first) * p.channels};
}

template <class T, class S>
CENTIGAN_INLINE void scale_units(const T* x, const S* s, const S* added, T* y, const ChannelScaleParams& p,
                                 int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const ScaleUnit u = scale_unit(p, i);
    const S* plus = added ? added + u.picture * p.added_step + u.first_pixel : nullptr;
    if (p.channels_last)
      scale_pixels(x + u.offset, s + u.picture * p.channels, plus, y + u.offset, u.pixels, p.channels);
    else
      scale_plane(x + u.offset, s[i], plus, y + u.offset, u.pixels);
  }
}

template <class T, class S>
CENTIGAN_INLINE void dot_units(const T* a, const T* b, const S* s, T* scaled, S* sums, const ChannelScaleParams& p,
                               int64_t begin, int64_t end) {
  for (int64_t i = begin; i < end; ++i) {
    const ScaleUnit u = scale_unit(p, i);
    T* to = scaled ? scaled + u.offset : nullptr;
    if (p.channels_last)
      dot_pixels(a + u.offset, b + u.offset, s ? s + u.picture * p.channels : nullptr, to, sums + i * p.channels,
                 u.pixels, p.channels);
    else
      sums[i] = dot_plane(a + u.offset, b + u.offset, s ? s[i] : S(0), to, u.pixels);
  }
}

}  // namespace

#define CENTIGAN_CHANNEL_SCALE(T, CLONES)                                                                         \
  template <>                                                                                                     \
  CLONES void channel_scale_kernel_cpu<T>(const T* x, const Accumulator<T>* s, const Accumulator<T>* added, T* y, \
                                          const ChannelScaleParams& p, int64_t begin, int64_t end) {              \
    scale_units(x, s, added, y, p, begin, end);                                                                   \
  }                                                                                                               \
  template <>                                                                                                     \
  CLONES void channel_dot_kernel_cpu<T>(const T* a, const T* b, const Accumulator<T>* s, T* scaled,               \
                                        Accumulator<T>* sums, const ChannelScaleParams& p, int64_t begin,         \
                                        int64_t end) {                                                            \
    dot_units(a, b, s, scaled, sums, p, begin, end);                                                              \
  }

CENTIGAN_CHANNEL_SCALE(float, CENTIGAN_CLONES)
CENTIGAN_CHANNEL_SCALE(Bf16, CENTIGAN_CLONES)
CENTIGAN_CHANNEL_SCALE(double, )

}  // namespace centigan
