// Odd but good picture files of every kind, and what damages files.
#pragma once
#include <string>
#include <vector>

#include "jpeg_files.h"
#include "support/image_files.h"

namespace centigan::image_files {

struct FileCase {
  std::string name;
  Bytes bytes;
  std::string problem;  // beginning of the verdict; "" = good
  std::string hint;
};

inline uint32_t busy(int x, int y, int c) {
  return static_cast<uint32_t>(x * 37 + y * 101 + c * 53 + x * y) & 255;
}
inline uint32_t index_of_four(int x, int y, int) {
  return static_cast<uint32_t>(x + y) & 3;
}
inline Bytes four_colours() {
  return {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 8, 7};
}

inline PngSpec palette_png(int depth) {
  PngSpec spec;
  spec.colour = 3, spec.depth = depth, spec.palette = four_colours();
  return spec;
}

inline PngSpec sized_png(int width, int height, int colour = 2, int depth = 8) {
  PngSpec spec;
  spec.width = width, spec.height = height, spec.colour = colour, spec.depth = depth;
  return spec;
}

inline Bytes good_png() {
  return encode_png({}, busy);
}
inline Bytes good_bmp() {
  return encode_bmp({}, busy);
}

inline Bytes cut(Bytes bytes, size_t size) {
  bytes.resize(size);
  return bytes;
}

inline Bytes with_byte(Bytes bytes, size_t at, uint8_t value) {
  bytes.at(at) = value;
  return bytes;
}

inline Bytes joined(Bytes a, const Bytes& b) {
  append(a, b);
  return a;
}

// Where the n-th marker of this kind begins.
inline size_t marker_at(const Bytes& jpeg, uint8_t marker, int n = 0) {
  for (size_t i = 2; i + 1 < jpeg.size(); ++i)
    if (jpeg[i] == 0xff && jpeg[i + 1] == marker && n-- == 0) return i;
  return jpeg.size();
}

inline Bytes with_segment(const Bytes& jpeg, size_t at, uint8_t marker, const Bytes& body) {
  Bytes out = cut(jpeg, at);
  append(out, {0xff, marker, uint8_t((body.size() + 2) >> 8), uint8_t(body.size() + 2)});
  append(out, body);
  out.insert(out.end(), jpeg.begin() + static_cast<int64_t>(at), jpeg.end());
  return out;
}

inline Bytes without_segment(const Bytes& jpeg, size_t at) {
  Bytes out = cut(jpeg, at);
  const size_t length = 2 + (size_t{jpeg[at + 2]} << 8 | jpeg[at + 3]);
  out.insert(out.end(), jpeg.begin() + static_cast<int64_t>(at + length), jpeg.end());
  return out;
}

inline Bytes repeated_scans(int count) {
  const Bytes& jpeg = jpeg_files::kBaseline;
  Bytes out = cut(jpeg, jpeg.size() - 2);
  const Bytes scan(jpeg.begin() + static_cast<int64_t>(marker_at(jpeg, 0xda)), jpeg.end() - 2);
  for (int i = 1; i < count; ++i) append(out, scan);
  append(out, {0xff, 0xd9});
  return out;
}

// The table that makes stb_image 2.27 write behind its own: 16 lengths with 255 codes each.
inline Bytes huffman_overflow() {
  Bytes body(17 + 16 * 255, 0);
  for (size_t i = 1; i <= 16; ++i) body[i] = 255;
  return with_segment(jpeg_files::kBaseline, marker_at(jpeg_files::kBaseline, 0xda), 0xc4, body);
}

inline Bytes huffman_overlap() {
  Bytes body(17 + 3, 0);
  body[1] = 3;  // three codes of one bit
  return with_segment(jpeg_files::kBaseline, marker_at(jpeg_files::kBaseline, 0xda), 0xc4, body);
}

inline Bytes png_of_chunks(const std::vector<std::pair<std::string, Bytes>>& chunks) {
  Bytes file = png_signature();
  for (const auto& [type, data] : chunks) append(file, png_chunk(type, data));
  return file;
}

inline Bytes png_declaring(uint32_t width, uint32_t height) {
  Bytes header = joined(big_endian(width), big_endian(height));
  append(header, {8, 2, 0, 0, 0});
  return png_of_chunks({{"IHDR", header}, {"IDAT", stored_zlib({})}, {"IEND", {}}});
}

inline Bytes jpeg_declaring(uint16_t width, uint16_t height) {
  Bytes jpeg = jpeg_files::kBaseline;
  const size_t at = marker_at(jpeg, 0xc0) + 5;
  jpeg[at] = uint8_t(height >> 8), jpeg[at + 1] = uint8_t(height);
  jpeg[at + 2] = uint8_t(width >> 8), jpeg[at + 3] = uint8_t(width);
  return jpeg;
}

inline std::vector<FileCase> good_files() {
  namespace j = jpeg_files;
  std::vector<FileCase> cases = {
      {"baseline", j::kBaseline, "", ""},
      {"progressive", j::kProgressive, "", ""},
      {"restarts", j::kRestarts, "", ""},
      {"4:2:0", j::kFourTwoZero, "", ""},
      {"4:1:1", j::kFourOneOne, "", ""},
      {"grey JPEG", j::kGrey, "", ""},
      {"turned JPEG", j::kTurned, "", ""},
      {"RGB JPEG", j::kRgb, "", ""},
      {"bytes behind the JPEG", joined(j::kBaseline, Bytes(9, 0)), "", ""},
      {"bytes behind the PNG", joined(good_png(), Bytes(9, 0)), "", ""},
      {"palette with too large an index", encode_png(palette_png(8), [](int, int, int) { return 77u; }), "", ""},
  };
  for (const auto& [colour, depth] : std::vector<std::pair<int, int>>{
           {0, 1}, {0, 2}, {0, 4}, {0, 8}, {0, 16}, {2, 8}, {2, 16}, {4, 8}, {4, 16}, {6, 8}, {6, 16}}) {
    const int max = (1 << depth) - 1;
    const auto sample = [max](int x, int y, int c) { return busy(x, y, c) * 257 & static_cast<uint32_t>(max); };
    PngSpec spec = sized_png(9, 11, colour, depth);
    for (const bool interlaced : {false, true}) {
      spec.interlaced = interlaced;
      cases.push_back(
          {"PNG " + std::to_string(colour) + "/" + std::to_string(depth), encode_png(spec, sample), "", ""});
    }
  }
  for (const int depth : {2, 4, 8}) cases.push_back({"palette", encode_png(palette_png(depth), index_of_four), "", ""});
  for (const int bits : {24, 32})
    for (const int header : {40, 56, 108, 124})
      cases.push_back({"BMP " + std::to_string(bits) + "/" + std::to_string(header),
                       encode_bmp({9, 10, bits, header, header == 56, false, {}}, busy), "", ""});
  cases.push_back({"BMP bit fields", encode_bmp({9, 10, 32, 40, false, true, {}}, busy), "", ""});
  cases.push_back({"BMP OS/2", encode_bmp({9, 10, 24, 12, false, false, {}}, busy), "", ""});
  cases.push_back({"BMP palette", encode_bmp({9, 10, 8, 40, false, false, Bytes(16, 3)}, index_of_four), "", ""});
  return cases;
}

}  // namespace centigan::image_files
