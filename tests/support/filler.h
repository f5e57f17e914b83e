// Tensors filled by a counter hash, so that golden numbers need no weight file.
//
// v = element index (row-major) + CRC-32 of the tensor's name, mixed by three xor-shift-multiply rounds;
// U = (v + 0.5) / 2^32 in float64.
#pragma once
#include <torch/types.h>

#include <cmath>
#include <cstdint>
#include <string_view>

namespace centigan {

inline uint32_t filler_crc32(std::string_view text) {
  uint32_t crc = 0xFFFFFFFFu;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) ? 0xEDB88320u : 0u);
  }
  return ~crc;
}

inline uint32_t filler_mix(uint32_t v) {
  v = (v ^ (v >> 16)) * 0x7FEB352Du;
  v = (v ^ (v >> 15)) * 0x846CA68Bu;
  return v ^ (v >> 16);
}

// U(name): float64, in (0,1).
inline torch::Tensor filler_u64(std::string_view name, at::IntArrayRef shape) {
  const uint32_t seed = filler_crc32(name);
  torch::Tensor out = torch::empty(shape, torch::kFloat64);
  double* values = out.data_ptr<double>();
  for (int64_t i = 0; i < out.numel(); ++i)
    values[i] = (static_cast<double>(filler_mix(static_cast<uint32_t>(i) + seed)) + 0.5) / 4294967296.0;
  return out;
}

// R(name; s, off) = (2U - 1) * sqrt(3) * s + off, computed in float64, rounded once to float32. Unit variance for s
// = 1.
inline torch::Tensor filler(std::string_view name, at::IntArrayRef shape, double s = 1.0, double off = 0.0) {
  return ((filler_u64(name, shape) * 2 - 1) * std::sqrt(3.0) * s + off).to(torch::kFloat32);
}

// Pictures: uint8, floor(256 U).
inline torch::Tensor filler_images(std::string_view name, at::IntArrayRef shape) {
  return (filler_u64(name, shape) * 256).floor().to(torch::kUInt8);
}

}  // namespace centigan
