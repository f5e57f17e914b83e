#include "centigan/core/random.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "centigan/core/hash.h"
#include "normal.h"

namespace centigan {
namespace {

constexpr int kRotations[8] = {13, 15, 26, 6, 17, 29, 16, 24};
constexpr uint32_t kLatentStream = 1;

constexpr uint32_t rotate_left(uint32_t x, int n) {
  return (x << n) | (x >> (32 - n));
}

struct Threefry {
  uint32_t even, odd;
};

// Both words of one counter: the values of indices 2c and 2c+1.
inline Threefry threefry(uint64_t seed, uint32_t stream, uint32_t counter) {
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

// floor(4096 x + 0.5) of the quantiles (k + 0.5) / 1024: the runtime's table of normal numbers.
std::array<int16_t, 1024> make_latent_table() {
  std::array<int16_t, 1024> table;
  for (int k = 0; k < 1024; ++k) {
    table[k] = static_cast<int16_t>(std::floor(4096.0 * normal_quantile_refined((k + 0.5) / 1024.0) + 0.5));
  }
  return table;
}

}  // namespace

uint32_t hash32(uint64_t seed, uint32_t stream, uint32_t index) {
  const Threefry words = threefry(seed, stream, index >> 1);
  return index & 1 ? words.odd : words.even;
}

RandomStream::RandomStream(uint64_t seed, std::string_view name) : seed_(seed), id_(crc32(name)) {}

// The golden ratio spreads neighbouring high words over all stream ids; high word 0 is the stream itself.
uint32_t RandomStream::bits(uint64_t index) const {
  const uint32_t high = static_cast<uint32_t>(index >> 32);
  return hash32(seed_, id_ + high * 0x9E3779B9u, static_cast<uint32_t>(index));
}

torch::Tensor RandomStream::uniform(int64_t first, int64_t count, int64_t width) const {
  torch::Tensor result = at::empty({count, width}, at::kFloat);
  float* out = result.data_ptr<float>();
  const uint64_t start = static_cast<uint64_t>(first) * static_cast<uint64_t>(width);
  for (uint64_t i = 0; i < static_cast<uint64_t>(count * width); ++i) {
    out[i] = static_cast<float>(bits(start + i) >> 8) * 0x1p-24f;
  }
  return result;
}

torch::Tensor RandomStream::normal(int64_t first, int64_t count, int64_t width) const {
  torch::Tensor result = at::empty({count, width}, at::kFloat);
  float* out = result.data_ptr<float>();
  const uint64_t start = static_cast<uint64_t>(first) * static_cast<uint64_t>(width);
  for (uint64_t i = 0; i < static_cast<uint64_t>(count * width); ++i) {
    out[i] = static_cast<float>(normal_quantile((bits(start + i) + 0.5) * 0x1p-32));
  }
  return result;
}

// 64 random bits times bound, high word: the bias is below bound / 2^64.
int64_t RandomStream::integer(int64_t index, int64_t bound) const {
  const uint64_t at = 2 * static_cast<uint64_t>(index);
  const uint64_t word = (static_cast<uint64_t>(bits(at)) << 32) | bits(at + 1);
  return static_cast<int64_t>((static_cast<unsigned __int128>(word) * static_cast<uint64_t>(bound)) >> 64);
}

std::vector<int64_t> RandomStream::permutation(int64_t epoch, int64_t n) const {
  std::vector<int64_t> order(static_cast<size_t>(n));
  std::iota(order.begin(), order.end(), 0);
  for (int64_t i = n - 1; i > 0; --i) std::swap(order[i], order[integer(epoch * n + i, i + 1)]);
  return order;
}

torch::Tensor runtime_latent(uint64_t seed, int64_t size) {
  static const std::array<int16_t, 1024> table = make_latent_table();
  torch::Tensor latent = at::empty({size}, at::kFloat);
  float* out = latent.data_ptr<float>();
  for (int64_t i = 0; i < size; ++i) {
    out[i] = static_cast<float>(table[hash32(seed, kLatentStream, static_cast<uint32_t>(i)) >> 22]) / 4096.0f;
  }
  return latent;
}

}  // namespace centigan
