// What the CPU kernels share: storage types and one body for three instruction sets. Plain C++, no torch.
#pragma once
#include <cstdint>
#include <cstring>

// The loader picks the version once. Every version of a sum adds in the same order.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)
#define CENTIGAN_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CENTIGAN_CLONES
#endif
#define CENTIGAN_INLINE inline __attribute__((always_inline))

namespace centigan {

// bfloat16 as it lies in memory; kernels add and multiply in float.
struct Bf16 {
  uint16_t bits;
};

template <class T>
struct AccumulateIn {
  using type = T;
};
template <>
struct AccumulateIn<Bf16> {
  using type = float;
};
template <class T>
using Accumulator = typename AccumulateIn<T>::type;

CENTIGAN_INLINE float load(float value) {
  return value;
}
CENTIGAN_INLINE double load(double value) {
  return value;
}
CENTIGAN_INLINE float load(Bf16 value) {
  const uint32_t bits = static_cast<uint32_t>(value.bits) << 16;
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

CENTIGAN_INLINE void store(float& to, float value) {
  to = value;
}
CENTIGAN_INLINE void store(double& to, double value) {
  to = value;
}
// To nearest, ties to even; a NaN stays one.
CENTIGAN_INLINE void store(Bf16& to, float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  const uint32_t rounded = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  to.bits = static_cast<uint16_t>((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : rounded);
}

}  // namespace centigan
