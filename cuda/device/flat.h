// Dense arrays as element-wise kernels walk them: a thread takes as many neighbours as make 16 bytes, in one access
// where the array allows it.
#pragma once
#include <initializer_list>

#include "device/walk.h"

namespace centigan::cuda {

template <class T>
struct Neighbours {
  Wide<T> value[kPacket<T>];
};

// The first value of this thread of a flat_grid.
template <class T>
__device__ __forceinline__ int64_t flat_index() {
  return (static_cast<int64_t>(blockIdx.x) * kThreads + threadIdx.x) * kPacket<T>;
}
template <class T>
dim3 flat_grid(int64_t size) {
  const int64_t block = kThreads * kPacket<T>;
  return dim3(static_cast<unsigned>((size + block - 1) / block));
}

// Whether all arrays (or none, null) start at a multiple of 16 bytes.
inline bool packable(std::initializer_list<const void*> arrays) {
  uintptr_t bits = 0;
  for (const void* array : arrays) bits |= reinterpret_cast<uintptr_t>(array);
  return bits % 16 == 0;
}

// `left` values are left of the array; what is behind its end reads as 0.
template <class T>
__device__ __forceinline__ Neighbours<T> read_flat(const T* from, int64_t left, bool packed) {
  Neighbours<T> result;
  if (packed && left >= kPacket<T>) {
    const Packet<T, kPacket<T>> packet = load<T, kPacket<T>>(from);
#pragma unroll
    for (int i = 0; i < kPacket<T>; ++i) result.value[i] = widen(packet.value[i]);
  } else {
#pragma unroll
    for (int i = 0; i < kPacket<T>; ++i) result.value[i] = i < left ? widen(from[i]) : Wide<T>(0);
  }
  return result;
}

template <class T>
__device__ __forceinline__ void write_flat(T* to, const Neighbours<T>& values, int64_t left, bool packed) {
  if (packed && left >= kPacket<T>) {
    Packet<T, kPacket<T>> packet;
#pragma unroll
    for (int i = 0; i < kPacket<T>; ++i) packet.value[i] = narrow<T>(values.value[i]);
    store(to, packet);
  } else {
#pragma unroll
    for (int i = 0; i < kPacket<T>; ++i)
      if (i < left) to[i] = narrow<T>(values.value[i]);
  }
}

// a / b for a >= 0, b > 0; 32 bits where they do.
__device__ __forceinline__ int64_t quotient(int64_t a, int64_t b) {
  return ((a | b) >> 32) == 0 ? static_cast<uint32_t>(a) / static_cast<uint32_t>(b) : a / b;
}

}  // namespace centigan::cuda
