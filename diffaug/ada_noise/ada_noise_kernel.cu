#include "ada_noise/ada_noise_cuda.h"
#include "device/walk.h"

namespace centigan::cuda {
namespace {

template <class T, int kCount>
__global__ void __launch_bounds__(kThreads)
    add_noise(Walk walk, PictureView x, PictureView noise, PictureView y, const double* sigma) {
  const Place place = place_of(walk, kCount);
  if (!place.inside) return;
  for (int64_t n = blockIdx.y; n < walk.shape.n; n += gridDim.y) {
    const Wide<T> strength = static_cast<Wide<T>>(sigma[n]);
    for (int64_t c = 0; c < walk.shape.c; ++c) {
      Packet<T, kCount> packet = load<T, kCount>(at<const T>(x, n, c, place.row, place.column));
      if (strength != 0) {
        const Packet<T, kCount> added = load<T, kCount>(at<const T>(noise, n, c, place.row, place.column));
#pragma unroll
        for (int i = 0; i < kCount; ++i)
          packet.value[i] = narrow<T>(widen(packet.value[i]) + strength * widen(added.value[i]));
      }
      store(at<T>(y, n, c, place.row, place.column), packet);
    }
  }
}

}  // namespace

int launch_ada_noise(const PictureShape& shape, Element element, const PictureView& x, const PictureView& noise,
                     const PictureView& y, const double* sigma, Stream stream) {
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    return with_packet<T>(shape, {x, noise, y}, [&](auto count) {
      const Walk walk = walk_of(shape, count.value);
      CENTIGAN_LAUNCH((add_noise<T, count.value>), grid_of(walk), kThreads, 0, stream)(walk, x, noise, y, sigma);
      return static_cast<int>(cudaGetLastError());
    });
  });
}

}  // namespace centigan::cuda
