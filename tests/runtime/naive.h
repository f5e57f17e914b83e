// The runtime's arithmetic once more, as directly as it can be written: 64-bit integers, whole maps, clarity over speed. It reads
// the same files with a parser of its own and shares no code with the runtime.
#pragma once

#include <cstdint>
#include <vector>

namespace naive {

uint32_t hash32(uint64_t seed, uint32_t stream, uint32_t index);
int64_t g12(uint64_t seed, uint32_t stream, uint32_t index);
int64_t requantise(int64_t u, int64_t q, int shift);

struct Options {
  const int16_t* latent = nullptr;
  int truncation = 256;
  int quality = 0;
  int format = 0;  // 0 RGB888, 1 RGB565, 2 GREY8
  int noise = 0;   // 0 from the seed, 1 from the file, 2 off
  bool dither = false;
};

// All rows of one picture. `file` must be valid. label 0xFFFFFFFF: drawn from the seed.
std::vector<uint8_t> draw(const uint8_t* file, uint64_t seed, uint32_t label, const Options& options);

}  // namespace naive
