// Plain C++, no torch.
#pragma once
#include <cstdint>

#include "common/kernel.h"

namespace centigan {

// Pictures [count][channels][pixels], or [count][pixels][channels] if channels_last.
struct ChannelScaleParams {
  int64_t count, channels, pixels;
  bool channels_last;
  int64_t added_step;  // from one picture's addend to the next: 0 if all share one
};

// Units of work and of partial sums: a plane, or (channels-last) up to kScaledPixels pixels of a picture.
constexpr int64_t kScaledPixels = 64;

inline int64_t channel_scale_blocks(const ChannelScaleParams& p) {  // of one picture, channels-last
  return (p.pixels + kScaledPixels - 1) / kScaledPixels;
}
inline int64_t channel_scale_units(const ChannelScaleParams& p) {
  return p.count * (p.channels_last ? channel_scale_blocks(p) : p.channels);
}

// y = x * s[n,c] + added[n,pixel]; `added` may be null. Units begin ... end - 1.
template <class T>
void channel_scale_kernel_cpu(const T* x, const Accumulator<T>* s, const Accumulator<T>* added, T* y,
                              const ChannelScaleParams& p, int64_t begin, int64_t end);

// sums: of a * b over a unit, [units], or [units][channels] if channels_last. With `scaled`, which may be null: a * s.
template <class T>
void channel_dot_kernel_cpu(const T* a, const T* b, const Accumulator<T>* s, T* scaled, Accumulator<T>* sums,
                            const ChannelScaleParams& p, int64_t begin, int64_t end);

}  // namespace centigan
