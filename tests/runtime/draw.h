// Calls the runtime with an arena of exactly the stated size between canaries.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cgrt.h"

namespace cgrt_test {

struct Drawn {
  int status = 0;
  bool canaries_whole = true;
  bool rows_in_order = true;
  std::vector<uint8_t> bytes;
};

// `fill` is what the arena holds before. Bytes of all delivered rows.
Drawn draw(const cgrt_model& model, uint64_t seed, uint32_t label = 0, const cgrt_options* options = nullptr,
           uint8_t fill = 0xA5);

// The same around any function that draws into an arena.
using Generate = std::function<int(void* arena, size_t bytes, cgrt_row row, void* user)>;
Drawn draw_by(const Generate& generate, size_t arena_bytes, uint8_t fill);

inline cgrt_options default_options() {
  return CGRT_OPTIONS_DEFAULT;
}

// A copy of the bytes at an 8-byte aligned address with nothing behind it, so that a sanitizer sees every read past the
// end.
class Loaded {
 public:
  Loaded(const uint8_t* bytes, size_t size);
  explicit Loaded(const std::vector<uint8_t>& bytes) : Loaded(bytes.data(), bytes.size()) {}
  ~Loaded();
  Loaded(const Loaded&) = delete;
  Loaded& operator=(const Loaded&) = delete;

  int open(unsigned flags = 0) { return cgrt_open(&model, bytes_, size_, flags); }
  cgrt_model model{};
  const uint8_t* bytes() const { return bytes_; }
  size_t size() const { return size_; }

 private:
  uint8_t* bytes_;
  size_t size_;
};

}  // namespace cgrt_test
