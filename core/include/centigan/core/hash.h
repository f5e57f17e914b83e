// SHA-256 and CRC-32 (IEEE, reflected), for checksums of our own files and of known weights.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace centigan {

class Sha256 {
 public:
  Sha256();
  Sha256& add(const void* bytes, size_t size);
  Sha256& add(std::string_view text) { return add(text.data(), text.size()); }
  std::array<uint8_t, 32> digest();  // ends the computation
  std::string hex();                 // ends the computation

 private:
  void block(const uint8_t* bytes);
  std::array<uint32_t, 8> state_;
  std::array<uint8_t, 64> buffer_;
  uint64_t total_ = 0;
};

uint32_t crc32(const void* bytes, size_t size, uint32_t start = 0);
inline uint32_t crc32(std::string_view text) {
  return crc32(text.data(), text.size());
}

}  // namespace centigan
