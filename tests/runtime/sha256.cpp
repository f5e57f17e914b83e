#include "sha256.h"

#include <array>
#include <cmath>
#include <cstdio>

namespace cgrt_test {
namespace {

uint32_t rotr(uint32_t v, int n) { return v >> n | v << (32 - n); }

// First 32 bits of the fractional part of a root of the n-th prime: the standard's constants, computed.
uint32_t fraction(int prime, bool cube) {
  const long double root = cube ? cbrtl(prime) : sqrtl(prime);
  return uint32_t((root - std::floor(root)) * 4294967296.0L);
}

std::array<int, 64> primes() {
  std::array<int, 64> out{};
  int count = 0;
  for (int n = 2; count < 64; ++n) {
    bool prime = true;
    for (int d = 2; d * d <= n; ++d) prime = prime && n % d != 0;
    if (prime) out[size_t(count++)] = n;
  }
  return out;
}

void compress(std::array<uint32_t, 8>& state, const uint8_t* block) {
  static const std::array<int, 64> kPrimes = primes();
  uint32_t w[64];
  for (int i = 0; i < 16; ++i)
    w[i] = uint32_t(block[4 * i]) << 24 | uint32_t(block[4 * i + 1]) << 16 | uint32_t(block[4 * i + 2]) << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; ++i) {
    const uint32_t s0 = rotr(w[i - 15], 7) ^ rotr(w[i - 15], 18) ^ w[i - 15] >> 3;
    const uint32_t s1 = rotr(w[i - 2], 17) ^ rotr(w[i - 2], 19) ^ w[i - 2] >> 10;
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  std::array<uint32_t, 8> v = state;
  for (int i = 0; i < 64; ++i) {
    const uint32_t s1 = rotr(v[4], 6) ^ rotr(v[4], 11) ^ rotr(v[4], 25), choice = (v[4] & v[5]) ^ (~v[4] & v[6]);
    const uint32_t t1 = v[7] + s1 + choice + fraction(kPrimes[size_t(i)], true) + w[i];
    const uint32_t s0 = rotr(v[0], 2) ^ rotr(v[0], 13) ^ rotr(v[0], 22);
    const uint32_t majority = (v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]);
    for (size_t j = 7; j > 0; --j) v[j] = v[j - 1];
    v[4] += t1;
    v[0] = t1 + s0 + majority;
  }
  for (size_t j = 0; j < 8; ++j) state[j] += v[j];
}

}  // namespace

std::string sha256(const std::vector<uint8_t>& bytes) {
  std::array<uint32_t, 8> state;
  for (size_t j = 0; j < 8; ++j) state[j] = fraction(primes()[j], false);
  std::vector<uint8_t> padded = bytes;
  padded.push_back(0x80);
  while (padded.size() % 64 != 56) padded.push_back(0);
  for (int i = 7; i >= 0; --i) padded.push_back(uint8_t(uint64_t{bytes.size()} * 8 >> (8 * i)));
  for (size_t at = 0; at < padded.size(); at += 64) compress(state, &padded[at]);
  std::string hex;
  for (uint32_t word : state) {
    char text[9];
    std::snprintf(text, sizeof text, "%08x", word);
    hex += text;
  }
  return hex;
}

}  // namespace cgrt_test
