#include "channel_scale/channel_scale_cuda.h"
#include "device/flat.h"

namespace centigan::cuda {
namespace {

constexpr unsigned kWarp = 32;

struct ScalePlace {
  int64_t n, pixel, c;
};

__device__ __forceinline__ ScalePlace scale_place(const ChannelScaleParams& p, int64_t index) {
  const int64_t inner = p.channels_last ? p.channels : p.pixels, middle = p.channels_last ? p.pixels : p.channels;
  const int64_t line = quotient(index, inner), i = index - line * inner;
  const int64_t n = quotient(line, middle), m = line - n * middle;
  return p.channels_last ? ScalePlace{n, m, i} : ScalePlace{n, i, m};
}

// To the next value in memory.
__device__ __forceinline__ void advance(const ChannelScaleParams& p, ScalePlace& at) {
  int64_t& inner = p.channels_last ? at.c : at.pixel;
  int64_t& middle = p.channels_last ? at.pixel : at.c;
  if (++inner < (p.channels_last ? p.channels : p.pixels)) return;
  inner = 0;
  if (++middle < (p.channels_last ? p.pixels : p.channels)) return;
  middle = 0, ++at.n;
}

template <class T>
__global__ void __launch_bounds__(kThreads)
    scale_values(ChannelScaleParams p, const T* x, const Wide<T>* s, const Wide<T>* added, T* y, bool packed) {
  const int64_t first = flat_index<T>(), left = p.count * p.channels * p.pixels - first;
  if (left <= 0) return;
  Neighbours<T> values = read_flat(x + first, left, packed);
  ScalePlace at = scale_place(p, first);
#pragma unroll
  for (int i = 0; i < kPacket<T>; ++i) {
    if (i < left)
      values.value[i] =
          values.value[i] * s[at.n * p.channels + at.c] + (added ? added[at.n * p.added_step + at.pixel] : Wide<T>(0));
    advance(p, at);
  }
  write_flat(y + first, values, left, packed);
}

// A block takes `pixels` pixels of one channel, or, where channels are neighbours, of kWarp of them.
struct DotWalk {
  int64_t parts, groups, pixels;
};

DotWalk dot_walk(const ChannelScaleParams& p) {
  const int64_t pixels = p.channels_last ? 512 : 4096;
  return {(p.pixels + pixels - 1) / pixels, p.channels_last ? (p.channels + kWarp - 1) / kWarp : p.channels, pixels};
}

// Blocks along grid.x: parts of groups of channels; pictures along grid.y. The sum of a block is made in a fixed order.
template <class T>
__global__ void __launch_bounds__(kThreads)
    dot_values(ChannelScaleParams p, DotWalk walk, const T* a, const T* b, const Wide<T>* s, T* scaled, Wide<T>* sums) {
  using S = Wide<T>;
  CENTIGAN_SHARED(shared);
  S* lanes = reinterpret_cast<S*>(shared);
  const unsigned width = p.channels_last ? kWarp : 1, rows = kThreads / width;
  const int64_t group = quotient(blockIdx.x, walk.parts), part = blockIdx.x - group * walk.parts;
  const int64_t c = group * width + threadIdx.x % width, first = part * walk.pixels;
  const int64_t last = first + walk.pixels < p.pixels ? first + walk.pixels : p.pixels;
  for (int64_t n = blockIdx.y; n < p.count; n += gridDim.y) {
    S sum = 0;
    for (int64_t pixel = first + threadIdx.x / width; c < p.channels && pixel < last; pixel += rows) {
      const int64_t i =
          p.channels_last ? (n * p.pixels + pixel) * p.channels + c : (n * p.channels + c) * p.pixels + pixel;
      const S value = widen(a[i]);
      sum += value * widen(b[i]);
      if (scaled) scaled[i] = narrow<T>(value * s[n * p.channels + c]);
    }
    lanes[threadIdx.x] = sum;
    for (unsigned half = kThreads / 2; half >= width; half /= 2) {
      __syncthreads();
      if (threadIdx.x < half) lanes[threadIdx.x] += lanes[threadIdx.x + half];
    }
    if (threadIdx.x < width && c < p.channels) sums[(n * walk.parts + part) * p.channels + c] = lanes[threadIdx.x];
    __syncthreads();
  }
}

}  // namespace

int launch_channel_scale(Element element, const ChannelScaleParams& params, const void* x, const void* s,
                         const void* added, void* y, Stream stream) {
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    const dim3 grid = flat_grid<T>(params.count * params.channels * params.pixels);
    CENTIGAN_LAUNCH((scale_values<T>), grid, kThreads, 0, stream)
    (params, static_cast<const T*>(x), static_cast<const Wide<T>*>(s), static_cast<const Wide<T>*>(added),
     static_cast<T*>(y), packable({x, y}));
    return static_cast<int>(cudaGetLastError());
  });
}

int64_t channel_dot_parts(const ChannelScaleParams& params) {
  return dot_walk(params).parts;
}

int launch_channel_dot(Element element, const ChannelScaleParams& params, const void* a, const void* b, const void* s,
                       void* scaled, void* sums, Stream stream) {
  const DotWalk walk = dot_walk(params);
  const dim3 grid(static_cast<unsigned>(walk.parts * walk.groups), along_y(params.count));
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    CENTIGAN_LAUNCH((dot_values<T>), grid, kThreads, kThreads * sizeof(Wide<T>), stream)
    (params, walk, static_cast<const T*>(a), static_cast<const T*>(b), static_cast<const Wide<T>*>(s),
     static_cast<T*>(scaled), static_cast<Wide<T>*>(sums));
    return static_cast<int>(cudaGetLastError());
  });
}

}  // namespace centigan::cuda
