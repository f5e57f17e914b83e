#include "centigan/core/random.h"

#include <ATen/ops/empty.h>

#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "centigan/core/hash.h"
#include "normal.h"
#include "threefry.h"

namespace centigan {
namespace {

constexpr uint32_t kLatentStream = 1;

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

uint32_t RandomStream::bits(uint64_t index) const {
  return hash32(seed_, stream_of(id_, index), static_cast<uint32_t>(index));
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
