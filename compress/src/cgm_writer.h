// Little-endian bytes with places that are filled in later.
#pragma once
#include <cstdint>
#include <cstring>
#include <vector>

namespace centigan {

class CgmWriter {
 public:
  explicit CgmWriter(size_t reserved) : bytes_(reserved, 0) {}

  template <class T>
  void put(size_t at, T value) {  // hosts are little-endian, which the runtime asserts
    std::memcpy(bytes_.data() + at, &value, sizeof value);
  }
  void append(const void* from, size_t size) {
    const auto* begin = static_cast<const uint8_t*>(from);
    bytes_.insert(bytes_.end(), begin, begin + size);
  }
  template <class T>
  void append_value(T value) {
    append(&value, sizeof value);
  }
  void align(size_t to) { bytes_.resize((bytes_.size() + to - 1) / to * to, 0); }
  uint32_t size() const { return static_cast<uint32_t>(bytes_.size()); }
  const uint8_t* data() const { return bytes_.data(); }
  std::vector<uint8_t> take() { return std::move(bytes_); }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace centigan
