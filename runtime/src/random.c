#include "random.h"

static uint32_t rotl(uint32_t v, unsigned n) { return v << n | v >> (32u - n); }

/* Five times four rounds; after each four the next two of the three keys are added. */
void cgrt_threefry(uint64_t seed, uint32_t stream, uint32_t block, uint32_t out[2]) {
  static const uint8_t turn[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  uint32_t now = (uint32_t)seed, next = (uint32_t)(seed >> 32), later = 0x1BD11BDAu ^ now ^ next;
  uint32_t x0 = block + now, x1 = stream + next;
  for (uint32_t round = 0; round < 20; round++) {
    x0 += x1;
    x1 = rotl(x1, turn[round % 8]) ^ x0;
    if (round % 4 == 3) {
      uint32_t first = now;
      now = next;
      next = later;
      later = first;
      x0 += now;
      x1 += next + round / 4 + 1;
    }
  }
  out[0] = x0;
  out[1] = x1;
}

uint32_t cgrt_hash32(uint64_t seed, uint32_t stream, uint32_t index) {
  uint32_t pair[2];
  cgrt_threefry(seed, stream, index >> 1, pair);
  return pair[index & 1u];
}

int32_t cgrt_g12(uint64_t seed, uint32_t stream, uint32_t index) {
  return cgrt_normal(cgrt_hash32(seed, stream, index));
}
