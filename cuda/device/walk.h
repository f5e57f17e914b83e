// How element-wise kernels walk through a batch: a thread takes `count` neighbouring pixels of one row, in all
// channels.
#pragma once
#include <initializer_list>
#include <type_traits>

#include "device/element.h"

namespace centigan::cuda {

constexpr int kThreads = 256;

// Segments of `count` pixels in the rows of every picture; grid.x runs over those of a picture, grid.y over pictures.
struct Walk {
  PictureShape shape;
  int64_t row_segments;  // in a row
  int64_t segments;      // in a picture
};

inline Walk walk_of(const PictureShape& shape, int count) {
  const int64_t row_segments = (shape.w + count - 1) / count;
  return {shape, row_segments, row_segments * shape.h};
}

inline unsigned along_y(int64_t count) {
  return static_cast<unsigned>(count < kGridLimit ? count : kGridLimit);
}

inline dim3 grid_of(const Walk& walk) {
  const int64_t blocks = (walk.segments + kThreads - 1) / kThreads;
  return dim3(static_cast<unsigned>(blocks), along_y(walk.shape.n));
}

struct Place {
  int64_t row, column;
  bool inside;
};

// Segment `index` of a picture. Divisions of 32 bits where the picture allows them.
__device__ __forceinline__ Place place_at(const Walk& walk, int64_t index, int count) {
  const bool small = walk.segments <= 0x7fffffff;
  const int64_t row =
      small ? static_cast<unsigned>(index) / static_cast<unsigned>(walk.row_segments) : index / walk.row_segments;
  return {row, (index - row * walk.row_segments) * count, index < walk.segments};
}

// The segment of this thread of a grid_of(walk).
__device__ __forceinline__ Place place_of(const Walk& walk, int count) {
  return place_at(walk, static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x, count);
}

template <class T>
__device__ __forceinline__ T* at(const PictureView& view, int64_t n, int64_t c, int64_t row, int64_t column) {
  return static_cast<T*>(view.data) + (n * view.n + c * view.c + row * view.h + column * view.w);
}

// kCount > 1: the caller has proven with packable() that rows are dense and aligned.
template <class T, int kCount>
__device__ __forceinline__ Packet<T, kCount> load(const T* from) {
  expect_aligned(from, sizeof(Packet<T, kCount>));
  return *reinterpret_cast<const Packet<T, kCount>*>(from);
}
template <class T, int kCount>
__device__ __forceinline__ void store(T* to, const Packet<T, kCount>& packet) {
  expect_aligned(to, sizeof(Packet<T, kCount>));
  *reinterpret_cast<Packet<T, kCount>*>(to) = packet;
}

// Whether every row starts at a multiple of `count` elements, holds a multiple of them, and has no gaps.
inline bool packable(const PictureView& view, const PictureShape& shape, int64_t element_bytes, int count) {
  const bool dense = view.w == 1 && shape.w % count == 0;
  const bool strides = view.n % count == 0 && view.c % count == 0 && view.h % count == 0;
  return dense && strides &&
         reinterpret_cast<uintptr_t>(view.data) % static_cast<uintptr_t>(element_bytes * count) == 0;
}

// f(a constant whose .value is how many neighbours a thread takes): as many as make 16 bytes where all views allow it.
template <class T, class F>
int with_packet(const PictureShape& shape, std::initializer_list<PictureView> views, F f) {
  bool all = true;
  for (const PictureView& view : views) all = all && packable(view, shape, sizeof(T), kPacket<T>);
  return all ? f(std::integral_constant<int, kPacket<T>>()) : f(std::integral_constant<int, 1>());
}

}  // namespace centigan::cuda
