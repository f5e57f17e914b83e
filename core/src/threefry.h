// The generator of every random number (random.h), for kernels of every device. Plain C++, no torch.
#pragma once
#include <cstdint>

#include "device_function.h"

namespace centigan {

CENTIGAN_DEVICE uint32_t rotate_left(uint32_t x, int n) {
  return (x << n) | (x >> (32 - n));
}

struct Threefry {
  uint32_t even, odd;
};

// Both words of one counter: the values of indices 2c and 2c+1.
CENTIGAN_DEVICE Threefry threefry(uint64_t seed, uint32_t stream, uint32_t counter) {
  constexpr int kRotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t k0 = static_cast<uint32_t>(seed), k1 = static_cast<uint32_t>(seed >> 32);
  const uint32_t k[3] = {k0, k1, 0x1BD11BDAu ^ k0 ^ k1};
  uint32_t x0 = counter + k0, x1 = stream + k1;
  for (uint32_t j = 1; j <= 5; ++j) {
    for (uint32_t i = 0; i < 4; ++i) {
      x0 += x1;
      x1 = rotate_left(x1, kRotations[(4 * (j - 1) + i) & 7]) ^ x0;
    }
    x0 += k[j % 3];
    x1 += k[(j + 1) % 3] + j;
  }
  return {x0, x1};
}

// The golden ratio spreads neighbouring high words over all stream ids; high word 0 is the stream itself.
CENTIGAN_DEVICE uint32_t stream_of(uint32_t id, uint64_t index) {
  return id + static_cast<uint32_t>(index >> 32) * 0x9E3779B9u;
}

}  // namespace centigan
