#include "ada_color/ada_color_cuda.h"
#include "device/walk.h"

namespace centigan::cuda {
namespace {

template <class T, int kCount>
__device__ void color_grey(const PictureView& x, const PictureView& y, const Wide<T>* m, int64_t n, const Place& at_) {
  Wide<T> gain = 0, offset = 0;
  for (int i = 0; i < 12; ++i) (i % 4 == 3 ? offset : gain) += m[i] / 3;
  Packet<T, kCount> packet = load<T, kCount>(at<const T>(x, n, 0, at_.row, at_.column));
  for (int i = 0; i < kCount; ++i) packet.value[i] = narrow<T>(widen(packet.value[i]) * gain + offset);
  store(at<T>(y, n, 0, at_.row, at_.column), packet);
}

template <class T, int kCount>
__device__ void color_rgb(const PictureView& x, const PictureView& y, const Wide<T>* m, int64_t n, const Place& at_) {
  Packet<T, kCount> in[3];
#pragma unroll
  for (int c = 0; c < 3; ++c) in[c] = load<T, kCount>(at<const T>(x, n, c, at_.row, at_.column));
#pragma unroll
  for (int c = 0; c < 3; ++c) {
    Packet<T, kCount> out;
#pragma unroll
    for (int i = 0; i < kCount; ++i)
      out.value[i] = narrow<T>(m[4 * c] * widen(in[0].value[i]) + m[4 * c + 1] * widen(in[1].value[i]) +
                               m[4 * c + 2] * widen(in[2].value[i]) + m[4 * c + 3]);
    store(at<T>(y, n, c, at_.row, at_.column), out);
  }
}

template <class T, int kCount>
__global__ void __launch_bounds__(kThreads) color(Walk walk, PictureView x, PictureView y, const Wide<T>* matrix) {
  const Place place = place_of(walk, kCount);
  if (!place.inside) return;
  for (int64_t n = blockIdx.y; n < walk.shape.n; n += gridDim.y) {
    if (walk.shape.c < 3) {
      color_grey<T, kCount>(x, y, matrix + n * 16, n, place);
      continue;
    }
    color_rgb<T, kCount>(x, y, matrix + n * 16, n, place);
    for (int64_t c = 3; c < walk.shape.c; ++c)
      store(at<T>(y, n, c, place.row, place.column), load<T, kCount>(at<const T>(x, n, c, place.row, place.column)));
  }
}

}  // namespace

int launch_ada_color(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                     const void* matrix, Stream stream) {
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    return with_packet<T>(shape, {x, y}, [&](auto count) {
      const Walk walk = walk_of(shape, count.value);
      CENTIGAN_LAUNCH((color<T, count.value>), grid_of(walk), kThreads, 0, stream)
      (walk, x, y, static_cast<const Wide<T>*>(matrix));
      return static_cast<int>(cudaGetLastError());
    });
  });
}

}  // namespace centigan::cuda
