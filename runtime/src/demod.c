#include "demod.h"
#include "arith.h"

uint32_t cgrt_isqrt(uint64_t n) {
  uint32_t root = 0;
  for (uint32_t bit = 1u << 20; bit != 0; bit >>= 1) {
    uint64_t trial = root | bit;
    if (trial * trial <= n) root |= bit;
  }
  return root;
}

int32_t cgrt_normed(int32_t q, uint32_t norm) { return cgrt_scaled(q, (int32_t)((uint32_t)INT32_MAX / norm)); }

int32_t cgrt_demodulated(int32_t q, uint64_t energy) { return cgrt_normed(q, cgrt_isqrt((energy >> 8) + 1)); }
