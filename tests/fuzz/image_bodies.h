// What a fuzzer calls for pictures: any bytes are refused in words or decoded, twice to the same pixels.
#pragma once
#include "centigan/data/picture.h"
#include "inflate.h"
#include "support/image_files.h"

namespace centigan::fuzz {

// As scan and decode do it in training, with smaller limits so that an execution is short.
inline bool image(const uint8_t* bytes, size_t size) {
  ScanLimits limits;
  limits.max_pixels = 1 << 18, limits.max_memory = 32 << 20;
  const ImageScan scan = scan_image(bytes, size, limits);
  if (!scan.good()) return false;
  Picture first, second;
  std::string problem;
  const bool good = decode_image(bytes, size, scan, first, problem);
  if (good != problem.empty() || good != decode_image(bytes, size, scan, second, problem)) __builtin_trap();
  if (first.pixels != second.pixels) __builtin_trap();
  if (!good) return false;
  if (first.width * first.height * first.channels != static_cast<int64_t>(first.pixels.size())) __builtin_trap();
  const Picture whole = with_channels(upright(first, scan.orientation), 3, {});
  if (fitted(whole, 16, Fit::kPad, Filter::kLanczos, {}).pixels.size() != 16 * 16 * 3) __builtin_trap();
  return true;
}

// Behind the checksums: the bytes choose a PNG's header, palette and samples; the file around them is correct.
inline void png(const uint8_t* bytes, size_t size) {
  if (size < 72) return;
  image_files::PngSpec spec;
  spec.width = bytes[0] % 40 + 1, spec.height = bytes[1] % 40 + 1, spec.colour = bytes[2] % 7;
  spec.depth = 1 << bytes[3] % 5, spec.interlaced = bytes[4] & 1, spec.row_filter = bytes[4] / 2 % 5;
  const uint8_t *const palette = bytes + 6, *const transparency = palette + bytes[5] % 60;
  spec.palette.assign(palette, transparency), spec.transparency.assign(transparency, transparency + bytes[4] / 16 % 7);
  size_t next = 6;
  const auto sample = [&](int, int, int) { return (bytes[next++ % size] * 257u) & ((1u << spec.depth) - 1); };
  const image_files::Bytes file = encode_png(spec, sample);
  image(file.data(), file.size());
}

// A zlib stream into buffers that are too small, right, or too large.
inline void zlib(const uint8_t* bytes, size_t size) {
  for (const size_t room : {size_t{0}, size / 2, size, 4 * size + 300}) {
    std::vector<uint8_t> out(room);
    std::string reason;
    const int64_t written = inflate_into(bytes, size, out.data(), out.size(), reason);
    if (written > static_cast<int64_t>(room) || (written < 0) == reason.empty()) __builtin_trap();
  }
}

// The first byte chooses; files of pictures begin with none of the two.
inline void any(const uint8_t* bytes, size_t size) {
  if (size > 0 && bytes[0] == 0xfe) return png(bytes + 1, size - 1);
  if (size > 0 && bytes[0] == 0xfd) return zlib(bytes + 1, size - 1);
  image(bytes, size);
}

}  // namespace centigan::fuzz
