// Writes PNG and BMP files of any kind, good ones and damaged ones.
#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "centigan/core/hash.h"

namespace centigan::image_files {

using Bytes = std::vector<uint8_t>;
using Samples = std::function<uint32_t(int x, int y, int channel)>;  // value of the file's own depth

inline void append(Bytes& to, const Bytes& more) {
  to.insert(to.end(), more.begin(), more.end());
}

inline Bytes text(const std::string& s) {
  return Bytes(s.begin(), s.end());
}

inline Bytes big_endian(uint32_t value) {
  return {uint8_t(value >> 24), uint8_t(value >> 16), uint8_t(value >> 8), uint8_t(value)};
}

inline Bytes little_endian(uint64_t value, int count) {
  Bytes bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<uint8_t>(value >> 8 * i));
  return bytes;
}

// A zlib stream of stored blocks.
inline Bytes stored_zlib(const Bytes& raw) {
  Bytes out = {0x78, 0x01};
  uint32_t a = 1, b = 0;
  for (const uint8_t byte : raw) a = (a + byte) % 65521, b = (b + a) % 65521;
  for (size_t at = 0; at == 0 || at < raw.size(); at += 65535) {
    const size_t count = std::min<size_t>(65535, raw.size() - at);
    out.push_back(at + count == raw.size());
    append(out, little_endian(count, 2));
    append(out, little_endian(~count & 0xffff, 2));
    out.insert(out.end(), raw.begin() + static_cast<int64_t>(at), raw.begin() + static_cast<int64_t>(at + count));
  }
  append(out, big_endian(b << 16 | a));
  return out;
}

inline Bytes png_chunk(const std::string& type, const Bytes& data) {
  Bytes checked = text(type);
  append(checked, data);
  Bytes out = big_endian(static_cast<uint32_t>(data.size()));
  append(out, checked);
  append(out, big_endian(crc32(checked.data(), checked.size())));
  return out;
}

struct PngSpec {
  int width = 16, height = 16, colour = 2, depth = 8;
  bool interlaced = false;
  Bytes palette, transparency;
  int row_filter = 0;  // written in front of each row; the samples are stored as they are
};

inline Bytes png_header(const PngSpec& spec) {
  Bytes header = big_endian(static_cast<uint32_t>(spec.width));
  append(header, big_endian(static_cast<uint32_t>(spec.height)));
  append(header, {uint8_t(spec.depth), uint8_t(spec.colour), 0, 0, uint8_t(spec.interlaced)});
  return header;
}

inline void png_row(const PngSpec& spec, const Samples& sample, int y, int x0, int step, Bytes& raw) {
  static const int kChannels[] = {1, 0, 3, 1, 2, 0, 4};
  uint32_t bits = 0, filled = 0;
  raw.push_back(static_cast<uint8_t>(spec.row_filter));
  for (int x = x0; x < spec.width; x += step)
    for (int c = 0; c < kChannels[spec.colour]; ++c) {
      bits = bits << spec.depth | sample(x, y, c), filled += static_cast<uint32_t>(spec.depth);
      for (; filled >= 8; filled -= 8) raw.push_back(static_cast<uint8_t>(bits >> (filled - 8)));
    }
  if (filled) raw.push_back(static_cast<uint8_t>(bits << (8 - filled)));
}

inline Bytes png_raw(const PngSpec& spec, const Samples& sample) {
  Bytes raw;
  if (!spec.interlaced)
    for (int y = 0; y < spec.height; ++y) png_row(spec, sample, y, 0, 1, raw);
  const int passes[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                            {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};
  for (const auto& p : passes)
    for (int y = p[1]; spec.interlaced && p[0] < spec.width && y < spec.height; y += p[3])
      png_row(spec, sample, y, p[0], p[2], raw);
  return raw;
}

inline Bytes png_signature() {
  return {0x89, 'P', 'N', 'G', 13, 10, 26, 10};
}

// All chunks up to IEND around a given zlib stream, which may be a damaged one.
inline Bytes png_around(const PngSpec& spec, const Bytes& stream) {
  Bytes file = png_signature();
  append(file, png_chunk("IHDR", png_header(spec)));
  if (!spec.palette.empty()) append(file, png_chunk("PLTE", spec.palette));
  if (!spec.transparency.empty()) append(file, png_chunk("tRNS", spec.transparency));
  append(file, png_chunk("IDAT", stream));
  append(file, png_chunk("IEND", {}));
  return file;
}

inline Bytes encode_png(const PngSpec& spec, const Samples& sample) {
  return png_around(spec, stored_zlib(png_raw(spec, sample)));
}

struct BmpSpec {
  int width = 16, height = 16, bits = 24, header = 40;
  bool top_down = false, bit_fields = false;
  Bytes palette;  // blue, green, red, 0
};

inline Bytes bmp_header(const BmpSpec& spec) {
  Bytes info = little_endian(static_cast<uint64_t>(spec.header), 4);
  const bool core = spec.header == 12;
  append(info, little_endian(static_cast<uint64_t>(spec.width), core ? 2 : 4));
  append(info, little_endian(static_cast<uint64_t>(spec.top_down ? -spec.height : spec.height), core ? 2 : 4));
  append(info, little_endian(1, 2));
  append(info, little_endian(static_cast<uint64_t>(spec.bits), 2));
  if (!core) append(info, little_endian(spec.bit_fields ? 3 : 0, 4));
  if (!core) info.resize(40);
  if (spec.bit_fields || spec.header > 40)
    for (const uint64_t mask : {0xff0000u, 0xff00u, 0xffu, 0xff000000u}) append(info, little_endian(mask, 4));
  if (spec.header > 40 || !spec.bit_fields) info.resize(static_cast<size_t>(spec.header));
  if (spec.header == 40 && spec.bit_fields) info.resize(52);
  return info;
}

// `sample` gives blue, green, red(, alpha), or the palette index as channel 0.
inline Bytes encode_bmp(const BmpSpec& spec, const Samples& sample) {
  const Bytes info = bmp_header(spec);
  Bytes file = text("BM");
  append(file, little_endian(0, 8));
  append(file, little_endian(14 + info.size() + spec.palette.size(), 4));
  append(file, info);
  append(file, spec.palette);
  for (int i = 0; i < spec.height; ++i) {
    const int y = spec.top_down ? i : spec.height - 1 - i;
    for (int x = 0; x < spec.width; ++x)
      for (int c = 0; c < spec.bits / 8; ++c) file.push_back(static_cast<uint8_t>(sample(x, y, c)));
    file.resize(file.size() + static_cast<size_t>((4 - spec.width * (spec.bits / 8) % 4) % 4));
  }
  return file;
}

}  // namespace centigan::image_files
