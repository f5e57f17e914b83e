// Shared by the scanners: checked reading of bytes, and the one way to refuse a file.
#pragma once
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "centigan/data/scan.h"

namespace centigan::scanning {

// Thrown inside the scanners, caught by scan_image.
struct Refused {
  std::string problem, hint;
};

[[noreturn]] inline void refuse(std::string problem, std::string hint = "") {
  throw Refused{std::move(problem), std::move(hint)};
}

inline void require(bool condition, const char* problem) {
  if (!condition) refuse(problem);
}

struct Bytes {
  const uint8_t* data;
  size_t size;

  bool has(size_t at, size_t count) const { return at <= size && count <= size - at; }
  // The scanners look before they read; this is the second line of defence.
  const uint8_t* at(size_t offset, size_t count) const {
    if (!has(offset, count)) refuse("file ends early");
    return data + offset;
  }
  uint32_t u8(size_t i) const { return *at(i, 1); }
  uint32_t be16(size_t i) const { return at(i, 2)[0] << 8 | data[i + 1]; }
  uint32_t be32(size_t i) const { return be16(i) << 16 | be16(i + 2); }
  uint32_t le16(size_t i) const { return at(i, 2)[0] | data[i + 1] << 8; }
  uint32_t le32(size_t i) const { return le16(i) | le16(i + 2) << 16; }
  bool starts(size_t i, const char* text, size_t count) const {
    return has(i, count) && std::memcmp(data + i, text, count) == 0;
  }
};

std::string with_commas(int64_t value);  // 41208 -> "41,208"

// Sides and pixels within the limits; refuses otherwise.
void check_dimensions(int64_t width, int64_t height, const ScanLimits& limits);
void check_memory(int64_t bytes, const ScanLimits& limits);

void scan_png(const Bytes& file, const ScanLimits& limits, ImageScan& out);
void scan_jpeg(const Bytes& file, const ScanLimits& limits, ImageScan& out);
void scan_bmp(const Bytes& file, const ScanLimits& limits, ImageScan& out);

}  // namespace centigan::scanning
