#include "random.h"

static uint32_t rotl(uint32_t v, unsigned n) { return v << n | v >> (32u - n); }

void cgrt_threefry(uint64_t seed, uint32_t stream, uint32_t block, uint32_t out[2]) {
  static const uint8_t turn[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  uint32_t key[3] = {(uint32_t)seed, (uint32_t)(seed >> 32), 0};
  uint32_t x0 = block + key[0], x1 = stream + key[1];
  key[2] = 0x1BD11BDAu ^ key[0] ^ key[1];
  for (unsigned i = 0; i < 20; i++) {
    x0 += x1;
    x1 = rotl(x1, turn[i & 7u]) ^ x0;
    if ((i & 3u) == 3u) {
      unsigned j = (i + 1u) / 4u;
      x0 += key[j % 3u];
      x1 += key[(j + 1u) % 3u] + j;
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
