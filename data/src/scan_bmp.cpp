// BMP: 8 (palette), 24 and 32 bits a pixel, uncompressed.
#include <cstdlib>

#include "scan_parts.h"

namespace centigan::scanning {
namespace {

struct BmpHeader {
  uint32_t pixels_at, header_size, bits, compression = 0;
  int64_t width, height;

  uint32_t end() const { return 14 + header_size + (header_size == 40 && compression == 3 ? 12 : 0); }
  int64_t row_bytes() const { return (width * bits + 31) / 32 * 4; }
};

BmpHeader read_bmp_header(const Bytes& file) {
  require(file.has(0, 26), "BMP ends inside its header");
  BmpHeader h{file.le32(10), file.le32(14), 0, 0, 0, 0};
  const uint32_t size = h.header_size;
  if (size != 12 && size != 40 && size != 56 && size != 108 && size != 124)
    refuse("BMP header of " + with_commas(size) + " bytes is not known");
  require(file.has(14, size), "BMP ends inside its header");
  const bool core = size == 12;
  h.width = core ? int64_t{file.le16(18)} : int64_t{static_cast<int32_t>(file.le32(18))};
  h.height = std::abs(core ? int64_t{file.le16(20)} : int64_t{static_cast<int32_t>(file.le32(22))});
  require(file.le16(core ? 22 : 26) == 1, "BMP header is damaged");
  h.bits = file.le16(core ? 24 : 28);
  h.compression = core ? 0 : file.le32(30);
  return h;
}

bool is_byte_mask(uint32_t mask) {
  return mask == 0xff || mask == 0xff00 || mask == 0xff0000 || mask == 0xff000000;
}

void check_bmp_masks(const Bytes& file, const BmpHeader& h) {
  require(file.has(54, 12), "BMP ends inside its header");
  const uint32_t r = file.le32(54), g = file.le32(58), b = file.le32(62), a = h.header_size == 40 ? 0 : file.le32(66);
  const bool bytes = is_byte_mask(r) && is_byte_mask(g) && is_byte_mask(b) && (a == 0 || is_byte_mask(a));
  require(bytes && (r | g | b | a) == r + uint64_t{g} + b + a, "BMP bit fields are not whole bytes");
}

void check_bmp_palette(const Bytes& file, const BmpHeader& h) {
  require(h.header_size != 12, "OS/2 BMP with a palette is not supported");
  const int64_t entries = (int64_t{h.pixels_at} - 14 - h.header_size) / 4;
  require(entries >= 1 && entries <= 256, "BMP palette has a bad size");
  for (int64_t y = 0; y < h.height; ++y)
    for (int64_t x = 0; x < h.width; ++x) {
      const uint32_t index = file.data[h.pixels_at + y * h.row_bytes() + x];
      if (index >= entries)
        refuse("BMP uses palette entry " + std::to_string(index) + " of " + std::to_string(entries));
    }
}

}  // namespace

void scan_bmp(const Bytes& file, const ScanLimits& limits, ImageScan& out) {
  const BmpHeader h = read_bmp_header(file);
  out.width = h.width, out.height = h.height;
  check_dimensions(h.width, h.height, limits);
  if (h.bits != 8 && h.bits != 24 && h.bits != 32)
    refuse("BMP with " + std::to_string(h.bits) + " bits a pixel is not supported", "convert to PNG");
  const bool fields = h.compression == 3 && h.bits == 32 && h.header_size != 56;
  if (h.compression != 0 && !fields) refuse("compressed BMP is not supported", "convert to PNG");
  if (fields) check_bmp_masks(file, h);
  require(h.bits == 8 ? h.pixels_at > h.end() : h.pixels_at == h.end(), "BMP pixels do not follow the header");
  const int64_t needed = h.pixels_at + h.row_bytes() * h.height;
  if (!file.has(0, static_cast<size_t>(needed)))
    refuse("BMP ends after " + with_commas(static_cast<int64_t>(file.size)) + " of " + with_commas(needed) + " bytes");
  if (h.bits == 8) check_bmp_palette(file, h);
  check_memory(h.width * h.height * 4, limits);
}

}  // namespace centigan::scanning
