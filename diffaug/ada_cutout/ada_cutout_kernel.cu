#include "ada_cutout/ada_cutout_cuda.h"
#include "ada_cutout/ada_cutout_kernel.h"
#include "device/walk.h"

namespace centigan::cuda {
namespace {

// Positions first ... last - 1 are those that ada_cutout_covers.
struct Box {
  int64_t first, last;
};

__device__ int64_t cut(double value, int64_t count) {
  return !(value > 0) ? 0 : value < static_cast<double>(count) ? static_cast<int64_t>(value) : count;
}

// A guess from the formula, then steps by the predicate itself: rounding decides as on the CPU, with few divisions.
__device__ Box box_of(int64_t count, double centre, double size) {
  const double pixels = static_cast<double>(count);
  Box box = {cut((centre - size / 2) * pixels - 1, count), cut((centre + size / 2) * pixels + 1, count)};
  while (box.first < box.last && !ada_cutout_covers(box.first, count, centre, size)) ++box.first;
  while (box.last > box.first && !ada_cutout_covers(box.last - 1, count, centre, size)) --box.last;
  return box;
}

template <class T, int kCount>
__global__ void __launch_bounds__(kThreads)
    cut_out(Walk walk, PictureView x, PictureView y, const double* centre, const double* size, int64_t size_stride) {
  CENTIGAN_SHARED(shared);
  Box* boxes = reinterpret_cast<Box*>(shared);  // columns, rows
  const Place place = place_of(walk, kCount);
  for (int64_t n = blockIdx.y; n < walk.shape.n; n += gridDim.y) {
    __syncthreads();
    if (threadIdx.x < 2)
      boxes[threadIdx.x] =
          box_of(threadIdx.x == 0 ? walk.shape.w : walk.shape.h, centre[2 * n + threadIdx.x], size[n * size_stride]);
    __syncthreads();
    if (!place.inside) continue;
    const bool row = place.row >= boxes[1].first && place.row < boxes[1].last;
    for (int64_t c = 0; c < walk.shape.c; ++c) {
      Packet<T, kCount> packet = load<T, kCount>(at<const T>(x, n, c, place.row, place.column));
#pragma unroll
      for (int i = 0; i < kCount; ++i)
        if (row && place.column + i >= boxes[0].first && place.column + i < boxes[0].last)
          packet.value[i] = narrow<T>(Wide<T>(0));
      store(at<T>(y, n, c, place.row, place.column), packet);
    }
  }
}

}  // namespace

int launch_ada_cutout(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                      const double* centre, const double* size, int64_t size_stride, Stream stream) {
  return with_element(element, [&](auto zero) {
    using T = decltype(zero);
    return with_packet<T>(shape, {x, y}, [&](auto count) {
      const Walk walk = walk_of(shape, count.value);
      CENTIGAN_LAUNCH((cut_out<T, count.value>), grid_of(walk), kThreads, 2 * sizeof(Box), stream)
      (walk, x, y, centre, size, size_stride);
      return static_cast<int>(cudaGetLastError());
    });
  });
}

}  // namespace centigan::cuda
