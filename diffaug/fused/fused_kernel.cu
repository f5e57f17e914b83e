// The two passes over the pictures: sums for contrast, and the one that writes.
#include "device/walk.h"
#include "fused/fused_cuda.h"
#include "fused/fused_plan_kernel.h"
#include "fused/regions.h"

namespace centigan::cuda {
namespace {

// How pixels lie in memory. kPlanes: rows of a channel are dense and aligned. kPixels: three channels side by side,
// rows dense and aligned. kAny: whatever the strides say, one pixel at a time.
enum class Layout { kPlanes, kPixels, kAny };

template <class T, Layout kLayout>
constexpr int kNeighbours = kLayout == Layout::kAny ? 1 : kPacket<T>;

// Neighbouring pixels of one row in all channels; kChannels 0: a number known at run time only, one channel at a time.
template <class T, Layout kLayout, int kChannels>
struct Pixels {
  static constexpr int kCount = kNeighbours<T, kLayout>;
  T value[kChannels][kCount];

  __device__ __forceinline__ void load_from(const PictureView& view, int64_t n, int64_t row, int64_t column) {
    if constexpr (kLayout == Layout::kPixels) {
      const T* from = at<const T>(view, n, 0, row, column);
#pragma unroll
      for (int k = 0; k < kChannels; ++k) {
        const Packet<T, kCount> packet = load<T, kCount>(from + k * kCount);
#pragma unroll
        for (int i = 0; i < kCount; ++i)
          value[(k * kCount + i) % kChannels][(k * kCount + i) / kChannels] = packet.value[i];
      }
    } else {
#pragma unroll
      for (int c = 0; c < kChannels; ++c) {
        const Packet<T, kCount> packet = load<T, kCount>(at<const T>(view, n, c, row, column));
#pragma unroll
        for (int i = 0; i < kCount; ++i) value[c][i] = packet.value[i];
      }
    }
  }

  __device__ __forceinline__ void store_to(const PictureView& view, int64_t n, int64_t row, int64_t column) const {
#pragma unroll
    for (int k = 0; k < kChannels; ++k) {
      Packet<T, kCount> packet;
#pragma unroll
      for (int i = 0; i < kCount; ++i)
        packet.value[i] = kLayout == Layout::kPixels ? value[(k * kCount + i) % kChannels][(k * kCount + i) / kChannels]
                                                     : value[k][i];
      T* to = kLayout == Layout::kPixels ? at<T>(view, n, 0, row, column) + k * kCount : at<T>(view, n, k, row, column);
      store(to, packet);
    }
  }
};

// The view of the channels from c on.
template <class T>
__device__ __forceinline__ PictureView channel_view(PictureView view, int64_t c) {
  view.data = at<T>(view, 0, c, 0, 0);
  return view;
}

// --- sums ------------------------------------------------------------------------------------------------------------

constexpr int kSumThreads = 128;

// Blocks that share a picture: two segments a thread, so that small batches fill the device as well.
int64_t sum_blocks(const Walk& walk) {
  const int64_t blocks = (walk.segments + 2 * kSumThreads - 1) / (2 * kSumThreads);
  return blocks < 1024 ? blocks : 1024;
}

// A thread's own sums, a column of shared memory; neighbours mostly belong to one sum, which is kept in a register.
template <class W>
struct Sums {
  W* column;
  W run = 0;
  int32_t current = -1;

  __device__ __forceinline__ void flush() {
    if (current >= 0) column[current * kSumThreads] += run;
    run = 0;
  }
  __device__ __forceinline__ void add(int32_t index, W value) {
    if (index != current) {
      flush();
      current = index;
    }
    run += value;
  }
};

template <class W>
__device__ void write_block_sums(W* lanes, int32_t sums, double* partial, int64_t blocks) {
  for (unsigned half = kSumThreads / 2; half > 0; half /= 2) {
    __syncthreads();
    if (threadIdx.x < half)
      for (int32_t t = 0; t < sums; ++t)
        lanes[t * kSumThreads + threadIdx.x] += lanes[t * kSumThreads + threadIdx.x + half];
  }
  __syncthreads();
  for (int32_t t = static_cast<int32_t>(threadIdx.x); t < sums; t += kSumThreads)
    partial[t * blocks + blockIdx.x] = static_cast<double>(lanes[t * kSumThreads]);
}

template <class T, Layout kLayout, int kChannels>
__device__ __forceinline__ void add_pixels(const FusedCall& call, const Regions<Wide<T>>& regions, int64_t n,
                                           const Place& place, Sums<Wide<T>>& sums) {
  constexpr int kCount = kNeighbours<T, kLayout>;
  Wide<T> total[kCount] = {};
  constexpr int kAtOnce = kChannels == 0 ? 1 : kChannels;
  for (int64_t c = 0; c < (kChannels == 0 ? call.shape.c : 1); ++c) {
    Pixels<T, kLayout, kAtOnce> pixels;
    pixels.load_from(channel_view<T>(call.x, c), n, place.row, place.column);
#pragma unroll
    for (int k = 0; k < kAtOnce; ++k)
#pragma unroll
      for (int i = 0; i < kCount; ++i) total[i] += widen(pixels.value[k][i]);
  }
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    const int32_t row = static_cast<int32_t>(place.row), column = static_cast<int32_t>(place.column) + i;
    sums.add(regions.index[class_of(regions, row, column)], total[i]);
  }
}

template <class T, Layout kLayout, int kChannels>
__global__ void __launch_bounds__(kSumThreads)
    sum_pictures(FusedCall call, Walk walk, const DevicePlan* plans, double* partial) {
  CENTIGAN_SHARED(shared);
  auto& regions = *reinterpret_cast<Regions<Wide<T>>*>(shared);
  auto* lanes = reinterpret_cast<Wide<T>*>(shared + sizeof(Regions<double>));
  for (int64_t n = blockIdx.y; n < call.shape.n; n += gridDim.y) {
    const int32_t wanted = plans[n].contrasts;
    if (wanted == 0) continue;
    fill_regions(regions, plans[n], !call.adjoint);
    for (int32_t t = 0; t < wanted; ++t) lanes[t * kSumThreads + threadIdx.x] = 0;
    Sums<Wide<T>> sums{lanes + threadIdx.x};
    const int64_t first = static_cast<int64_t>(blockIdx.x) * kSumThreads + threadIdx.x;
    for (int64_t i = first; i < walk.segments; i += static_cast<int64_t>(gridDim.x) * kSumThreads)
      add_pixels<T, kLayout, kChannels>(call, regions, n, place_at(walk, i, kNeighbours<T, kLayout>), sums);
    sums.flush();
    write_block_sums(lanes, wanted, partial + n * call.contrasts * gridDim.x, gridDim.x);
    __syncthreads();
  }
}

// --- the pass that writes
// ----------------------------------------------------------------------------------------------

template <class W>
struct Colour {
  W alpha, beta;  // beta already divided by the number of channels
  bool identity;
};

template <class W>
__device__ __forceinline__ Colour<W> colour_of(const DevicePlan& plan) {
  return {static_cast<W>(plan.alpha), static_cast<W>(plan.beta / static_cast<double>(plan.channels)), plan.identity};
}

// Reads the segment that `place` shows, pixel by pixel where it is not aligned or partly emptied. Emptied pixels: 0.
template <class T, Layout kLayout, int kChannels>
__device__ __forceinline__ void read_shifted(Pixels<T, kLayout, kChannels>& pixels, const PictureView& x, int64_t n,
                                             int64_t row, int64_t column, const int32_t* cls) {
  constexpr int kCount = kNeighbours<T, kLayout>;
  bool whole = column % kCount == 0;
#pragma unroll
  for (int i = 0; i < kCount; ++i) whole = whole && cls[i] == 0;
  if (whole) return pixels.load_from(x, n, row, column);
#pragma unroll
  for (int i = 0; i < kCount; ++i)
#pragma unroll
    for (int c = 0; c < kChannels; ++c)
      pixels.value[c][i] = cls[i] == 0 ? *at<const T>(x, n, c, row, column + i) : narrow<T>(Wide<T>(0));
}

template <class T, Layout kLayout, int kChannels>
__device__ __forceinline__ void paint(Pixels<T, kLayout, kChannels>& pixels, const Colour<Wide<T>>& colour,
                                      const Wide<T>* mean, const Wide<T>* fill, const int32_t* cls) {
#pragma unroll
  for (int i = 0; i < kNeighbours<T, kLayout>; ++i) {
#pragma unroll
    for (int c = 0; c < kChannels; ++c) {
      const Wide<T> shown = colour.alpha * widen(pixels.value[c][i]) + (colour.beta * mean[i] + fill[i]);
      pixels.value[c][i] = narrow<T>(cls[i] == 0 ? shown : fill[i]);
    }
  }
}

template <class T, Layout kLayout, int kChannels>
__global__ void __launch_bounds__(kThreads) write_pictures(FusedCall call, Walk walk, const DevicePlan* plans) {
  constexpr int kCount = kNeighbours<T, kLayout>, kAtOnce = kChannels == 0 ? 1 : kChannels;
  CENTIGAN_SHARED(shared);
  auto& regions = *reinterpret_cast<Regions<Wide<T>>*>(shared);
  const Place place = place_of(walk, kCount);
  for (int64_t n = blockIdx.y; n < call.shape.n; n += gridDim.y) {
    fill_regions(regions, plans[n], call.adjoint);
    if (!place.inside) continue;
    const Colour<Wide<T>> colour = colour_of<Wide<T>>(plans[n]);
    const int64_t row = place.row + plans[n].read_rows, column = place.column + plans[n].read_columns;
    int32_t cls[kCount];
    Wide<T> fill[kCount], mean[kCount] = {};
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
      cls[i] = class_of(regions, static_cast<int32_t>(place.row), static_cast<int32_t>(place.column) + i);
      fill[i] = regions.fill[cls[i]];
    }
    Pixels<T, kLayout, kAtOnce> pixels;
    const int64_t rounds = kChannels == 0 ? call.shape.c : 1;
    if (colour.beta != 0) {
      for (int64_t c = 0; c < rounds; ++c) {
        read_shifted(pixels, channel_view<T>(call.x, c), n, row, column, cls);
#pragma unroll
        for (int k = 0; k < kAtOnce; ++k)
#pragma unroll
          for (int i = 0; i < kCount; ++i) mean[i] += widen(pixels.value[k][i]);
      }
    }
    for (int64_t c = 0; c < rounds; ++c) {
      if (kChannels == 0 || colour.beta == 0) read_shifted(pixels, channel_view<T>(call.x, c), n, row, column, cls);
      if (!colour.identity) paint(pixels, colour, mean, fill, cls);
      pixels.store_to(channel_view<T>(call.y, c), n, place.row, place.column);
    }
  }
}

// --- launches
// ------------------------------------------------------------------------------------------------------------

struct Scratch {
  DevicePlan* plans;
  double* partial;
};

int64_t plan_bytes(const FusedCall& call) {
  return (call.shape.n * static_cast<int64_t>(sizeof(DevicePlan)) + 15) / 16 * 16;
}

Scratch scratch_of(const FusedCall& call) {
  auto* bytes = static_cast<unsigned char*>(call.scratch);
  return {reinterpret_cast<DevicePlan*>(bytes), reinterpret_cast<double*>(bytes + plan_bytes(call))};
}

template <class T, Layout kLayout, int kChannels>
int launch_passes(const FusedCall& call, Stream stream) {
  const Walk walk = walk_of(call.shape, kNeighbours<T, kLayout>);
  const Scratch scratch = scratch_of(call);
  if (call.contrasts > 0) {
    dim3 grid = grid_of(walk);
    grid.x = static_cast<unsigned>(sum_blocks(walk));
    const size_t bytes = sizeof(Regions<double>) + sizeof(Wide<T>) * kSumThreads * static_cast<size_t>(call.contrasts);
    CENTIGAN_LAUNCH((sum_pictures<T, kLayout, kChannels>), grid, kSumThreads, bytes, stream)
    (call, walk, scratch.plans, scratch.partial);
    int status = static_cast<int>(cudaGetLastError());
    if (status == 0) status = launch_solve(call, scratch.plans, scratch.partial, sum_blocks(walk), stream);
    if (status != 0) return status;
  }
  CENTIGAN_LAUNCH((write_pictures<T, kLayout, kChannels>), grid_of(walk), kThreads, sizeof(Regions<Wide<T>>), stream)
  (call, walk, scratch.plans);
  return static_cast<int>(cudaGetLastError());
}

template <class T>
bool pixels_packable(const PictureView& view, const PictureShape& shape) {
  const bool dense = shape.c == 3 && view.c == 1 && view.w == 3 && shape.w % kPacket<T> == 0;
  return dense && view.n % kPacket<T> == 0 && view.h % kPacket<T> == 0 &&
         reinterpret_cast<uintptr_t>(view.data) % 16 == 0;
}

template <class T>
int launch_layout(const FusedCall& call, Stream stream) {
  const auto all = [&](auto f) { return f(call.x, call.shape) && f(call.y, call.shape); };
  if (all(pixels_packable<T>)) return launch_passes<T, Layout::kPixels, 3>(call, stream);
  const bool planes =
      all([](const PictureView& v, const PictureShape& s) { return packable(v, s, sizeof(T), kPacket<T>); });
  if (planes && call.shape.c == 3) return launch_passes<T, Layout::kPlanes, 3>(call, stream);
  if (planes) return launch_passes<T, Layout::kPlanes, 0>(call, stream);
  return launch_passes<T, Layout::kAny, 0>(call, stream);
}

}  // namespace

int64_t fused_scratch_bytes(const FusedCall& call) {
  const int64_t blocks = sum_blocks(walk_of(call.shape, 1));  // no layout has more
  return plan_bytes(call) + call.shape.n * call.contrasts * blocks * static_cast<int64_t>(sizeof(double));
}

int launch_fused(const FusedCall& call, Stream stream) {
  const int status = launch_plans(call, scratch_of(call).plans, stream);
  if (status != 0) return status;
  return with_element(call.element, [&](auto zero) { return launch_layout<decltype(zero)>(call, stream); });
}

}  // namespace centigan::cuda
