#include "ada_color/ada_color_cuda.h"
#include "ada_color/ada_color_kernel.h"
#include "device/walk.h"

namespace centigan::cuda {
namespace {

template <class T, int kCount>
__device__ __forceinline__ void color_grey(const PictureView& x, const PictureView& y, const AdaColorMap<Wide<T>>& map,
                                           int64_t n, const Place& place) {
  Packet<T, kCount> packet = load<T, kCount>(at<const T>(x, n, 0, place.row, place.column));
#pragma unroll
  for (int i = 0; i < kCount; ++i) packet.value[i] = narrow<T>(map.m[0] * widen(packet.value[i]) + map.t[0]);
  store(at<T>(y, n, 0, place.row, place.column), packet);
}

template <class T, int kCount>
__device__ __forceinline__ void color_rgb(const PictureView& x, const PictureView& y, const AdaColorMap<Wide<T>>& map,
                                          int64_t n, const Place& place) {
  Packet<T, kCount> in[3];
#pragma unroll
  for (int c = 0; c < 3; ++c) in[c] = load<T, kCount>(at<const T>(x, n, c, place.row, place.column));
#pragma unroll
  for (int c = 0; c < 3; ++c) {
    Packet<T, kCount> out;
#pragma unroll
    for (int i = 0; i < kCount; ++i)
      out.value[i] = narrow<T>(map.m[3 * c] * widen(in[0].value[i]) + map.m[3 * c + 1] * widen(in[1].value[i]) +
                               map.m[3 * c + 2] * widen(in[2].value[i]) + map.t[c]);
    store(at<T>(y, n, c, place.row, place.column), out);
  }
}

template <class T, int kCount>
__global__ void __launch_bounds__(kThreads) color(Walk walk, PictureView x, PictureView y, const double* matrices) {
  CENTIGAN_SHARED(shared);
  auto& map = *reinterpret_cast<AdaColorMap<Wide<T>>*>(shared);
  const Place place = place_of(walk, kCount);
  for (int64_t n = blockIdx.y; n < walk.shape.n; n += gridDim.y) {
    __syncthreads();
    if (threadIdx.x == 0) map = ada_color_map<Wide<T>>(matrices + n * 16, walk.shape.c);
    __syncthreads();
    if (!place.inside) continue;
    int64_t copied = map.identity ? 0 : walk.shape.c;
    if (!map.identity && walk.shape.c == 1) color_grey<T, kCount>(x, y, map, n, place);
    if (!map.identity && walk.shape.c > 1) color_rgb<T, kCount>(x, y, map, n, place), copied = 3;
    for (int64_t c = copied; c < walk.shape.c; ++c)
      store(at<T>(y, n, c, place.row, place.column), load<T, kCount>(at<const T>(x, n, c, place.row, place.column)));
  }
}

}  // namespace

int launch_ada_color(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                     const double* c, Stream stream) {
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    return with_packet<T>(shape, {x, y}, [&](auto count) {
      const Walk walk = walk_of(shape, count.value);
      CENTIGAN_LAUNCH((color<T, count.value>), grid_of(walk), kThreads, sizeof(AdaColorMap<double>), stream)
      (walk, x, y, c);
      return static_cast<int>(cudaGetLastError());
    });
  });
}

}  // namespace centigan::cuda
