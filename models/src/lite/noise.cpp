#include <ATen/ATen.h>

#include <array>
#include <cmath>

#include "centigan/core/random.h"
#include "centigan/models/lite.h"

namespace centigan {
namespace {

constexpr uint32_t kNoiseStream = 16;

// Inverse of the standard normal distribution function by Newton's method on erfc.
double normal_quantile(double p) {
  double x = 0.0;
  for (int i = 0; i < 60; ++i) {
    const double error = 0.5 * std::erfc(-x / std::sqrt(2.0)) - p;
    const double density = std::exp(-0.5 * x * x) / std::sqrt(2.0 * 3.14159265358979323846);
    x -= std::max(-0.5, std::min(0.5, error / density));
  }
  return x;
}

// n8 of the 1024 quantiles: the Q12 entry, rounded to 1/32.
std::array<int8_t, 1024> make_n8_table() {
  std::array<int8_t, 1024> table{};
  for (int k = 0; k < 1024; ++k) {
    const auto q12 = static_cast<int>(std::floor(4096.0 * normal_quantile((k + 0.5) / 1024.0) + 0.5));
    table[k] = static_cast<int8_t>((q12 + 64) >> 7);
  }
  return table;
}

}  // namespace

torch::Tensor lite_noise(const torch::Tensor& seeds, int64_t layer, int64_t side) {
  static const std::array<int8_t, 1024> table = make_n8_table();
  const auto noise = at::empty({seeds.size(0), 1, side, side});
  float* out = noise.data_ptr<float>();
  for (int64_t n = 0; n < seeds.size(0); ++n) {
    const auto seed = static_cast<uint64_t>(seeds[n].item<int64_t>());
    for (int64_t i = 0; i < side * side; ++i) {
      const uint32_t bits = hash32(seed, kNoiseStream + static_cast<uint32_t>(layer), static_cast<uint32_t>(i));
      *out++ = static_cast<float>(table[bits >> 22]) / 32.0f;
    }
  }
  return noise;
}

}  // namespace centigan
