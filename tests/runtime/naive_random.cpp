#include <cmath>

#include "naive.h"

namespace naive {
namespace {

uint32_t rotl(uint32_t v, int n) { return (v << n) | (v >> (32 - n)); }

// The inverse normal distribution function by bisection on erfc: slow, independent of the runtime's table.
double quantile(double p) {
  double lo = -10, hi = 10;
  for (int i = 0; i < 100; ++i) {
    const double mid = (lo + hi) / 2;
    (0.5 * std::erfc(-mid / std::sqrt(2.0)) < p ? lo : hi) = mid;
  }
  return (lo + hi) / 2;
}

std::vector<int64_t> make_table() {
  std::vector<int64_t> table;
  for (int k = 0; k < 1024; ++k) table.push_back(int64_t(std::floor(4096 * quantile((k + 0.5) / 1024) + 0.5)));
  return table;
}

}  // namespace

uint32_t hash32(uint64_t seed, uint32_t stream, uint32_t index) {
  static const int kTurns[8] = {13, 15, 26, 6, 17, 29, 16, 24};
  const uint32_t k0 = uint32_t(seed), k1 = uint32_t(seed >> 32);
  const uint32_t keys[3] = {k0, k1, 0x1BD11BDA ^ k0 ^ k1};
  uint32_t x0 = (index >> 1) + k0, x1 = stream + k1;
  for (uint32_t i = 0; i < 20; ++i) {
    x0 += x1;
    x1 = rotl(x1, kTurns[i % 8]) ^ x0;
    if (i % 4 == 3) {
      const uint32_t j = (i + 1) / 4;
      x0 += keys[j % 3];
      x1 += keys[(j + 1) % 3] + j;
    }
  }
  return index & 1 ? x1 : x0;
}

int64_t g12(uint64_t seed, uint32_t stream, uint32_t index) {
  static const std::vector<int64_t> table = make_table();
  return table[hash32(seed, stream, index) >> 22];
}

}  // namespace naive
