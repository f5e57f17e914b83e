// Element types in kernels: half types are computed in float, double in double; loads and stores of 16 bytes.
#pragma once
#include "device/launch.h"
#include "device/pictures.h"

namespace centigan::cuda {

template <class T>
struct WideOf {
  using Type = float;
};
template <>
struct WideOf<double> {
  using Type = double;
};
template <class T>
using Wide = typename WideOf<T>::Type;

__device__ __forceinline__ float widen(float value) {
  return value;
}
__device__ __forceinline__ double widen(double value) {
  return value;
}
__device__ __forceinline__ float widen(__half value) {
  return __half2float(value);
}
__device__ __forceinline__ float widen(__nv_bfloat16 value) {
  return __bfloat162float(value);
}

template <class T>
__device__ __forceinline__ T narrow(Wide<T> value);
template <>
__device__ __forceinline__ float narrow<float>(float value) {
  return value;
}
template <>
__device__ __forceinline__ double narrow<double>(double value) {
  return value;
}
template <>
__device__ __forceinline__ __half narrow<__half>(float value) {
  return __float2half_rn(value);
}
template <>
__device__ __forceinline__ __nv_bfloat16 narrow<__nv_bfloat16>(float value) {
  return __float2bfloat16_rn(value);
}

// Neighbours in memory that are read and written at once.
template <class T, int kCount>
struct alignas(sizeof(T) * kCount) Packet {
  T value[kCount];
};
template <class T>
constexpr int kPacket = 16 / static_cast<int>(sizeof(T));

// f(T()) with the type that `element` names.
template <class F>
auto with_element(Element element, F f) {
  if (element == Element::kDouble) return f(double());
  if (element == Element::kHalf) return f(__half());
  if (element == Element::kBFloat16) return f(__nv_bfloat16());
  return f(float());
}

}  // namespace centigan::cuda
