// PNG: chunk walk with checksums, then the whole picture stream is inflated into a buffer of exactly the size that the
// header states.
#include <algorithm>
#include <vector>

#include "centigan/core/error.h"
#include "centigan/core/hash.h"
#include "inflate.h"
#include "scan_parts.h"

namespace centigan::scanning {
namespace {

struct Chunk {
  std::string type;
  size_t data = 0, size = 0;
};

// Start and step of the seven Adam7 passes: x, y, step x, step y.
constexpr int kAdam7[7][4] = {{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4},
                              {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}};

struct PassSize {
  int64_t row_bytes, rows;  // row_bytes includes the filter byte
};

class PngScan {
 public:
  PngScan(const Bytes& file, const ScanLimits& limits, ImageScan& out) : file_(file), limits_(limits), out_(out) {}

  void run() {
    require(file_.starts(0, "\x89PNG\r\n\x1a\n", 8), "PNG signature is damaged");
    header(next());
    for (Chunk chunk = next(); chunk.type != "IEND"; chunk = next()) body(chunk);
    require(!stream_.empty(), "PNG has no picture data");
    require(colour_ != 3 || out_.palette_at, "PNG has no palette");
    check_stream();
  }

 private:
  Chunk next() {
    if (!file_.has(at_, 12)) refuse("PNG ends before its end chunk (IEND)");
    const Chunk chunk{std::string(reinterpret_cast<const char*>(file_.data) + at_ + 4, 4), at_ + 8, file_.be32(at_)};
    const std::string name = "PNG chunk " + escaped(chunk.type);
    if (!file_.has(chunk.data, chunk.size) || !file_.has(chunk.data + chunk.size, 4))
      refuse(name + ": ends after " + with_commas(static_cast<int64_t>(file_.size - chunk.data)) + " of " +
             with_commas(static_cast<int64_t>(chunk.size)) + " bytes");
    if (crc32(file_.data + at_ + 4, chunk.size + 4) != file_.be32(chunk.data + chunk.size))
      refuse(name + ": CRC differs");
    at_ = chunk.data + chunk.size + 4;
    return chunk;
  }

  void header(const Chunk& chunk) {
    require(chunk.type == "IHDR" && chunk.size == 13, "PNG does not begin with its header (IHDR)");
    out_.width = file_.be32(chunk.data), out_.height = file_.be32(chunk.data + 4);
    depth_ = file_.u8(chunk.data + 8), colour_ = file_.u8(chunk.data + 9), interlaced_ = file_.u8(chunk.data + 12);
    require(legal_pixel(), "PNG header has an unknown colour type or bit depth");
    require(file_.be16(chunk.data + 10) == 0 && interlaced_ <= 1, "PNG header names an unknown method");
    check_dimensions(out_.width, out_.height, limits_);
    out_.sixteen_bit = depth_ == 16;
    out_.grey = colour_ == 0 || colour_ == 4;
  }

  bool legal_pixel() const {
    if (colour_ == 0) return depth_ == 1 || depth_ == 2 || depth_ == 4 || depth_ == 8 || depth_ == 16;
    if (colour_ == 3) return depth_ == 1 || depth_ == 2 || depth_ == 4 || depth_ == 8;
    return (colour_ == 2 || colour_ == 4 || colour_ == 6) && (depth_ == 8 || depth_ == 16);
  }

  void body(const Chunk& chunk) {
    if (chunk.type == "IDAT") return data(chunk);
    stream_ended_ = !stream_.empty();
    if (chunk.type == "PLTE") return palette(chunk);
    if (chunk.type == "tRNS") return transparency(chunk);
    const bool ancillary = chunk.type[0] & 0x20;
    if (!ancillary) refuse("PNG has an unknown critical chunk " + escaped(chunk.type));
  }

  void data(const Chunk& chunk) {
    require(!stream_ended_, "PNG picture data (IDAT) is not in one piece");
    stream_.insert(stream_.end(), file_.data + chunk.data, file_.data + chunk.data + chunk.size);
  }

  void palette(const Chunk& chunk) {
    require(stream_.empty() && !has_palette_, "PNG palette comes late or twice");
    require(chunk.size > 0 && chunk.size % 3 == 0 && chunk.size <= 768, "PNG palette has a bad size");
    require(colour_ != 0 && colour_ != 4, "PNG is grey and has a palette");
    require(colour_ != 3 || chunk.size / 3 <= 1u << depth_, "PNG palette is larger than its bit depth allows");
    has_palette_ = true;
    if (colour_ == 3) out_.palette_at = chunk.data - 8, out_.palette_bytes = chunk.size;
  }

  void transparency(const Chunk& chunk) {
    require(stream_.empty() && !has_transparency_, "PNG transparency (tRNS) comes late or twice");
    has_transparency_ = true;
    if (colour_ == 3)
      return require(out_.palette_at && chunk.size <= out_.palette_bytes / 3, "PNG tRNS has a bad size");
    require((colour_ == 0 && chunk.size == 2) || (colour_ == 2 && chunk.size == 6), "PNG tRNS has a bad size");
  }

  std::vector<PassSize> passes() const {
    static const int kChannels[] = {1, 0, 3, 1, 2, 0, 4};
    const int64_t bits = static_cast<int64_t>(depth_) * kChannels[colour_];
    const auto size = [&](int64_t w, int64_t h) { return PassSize{w > 0 ? (w * bits + 7) / 8 + 1 : 0, w > 0 ? h : 0}; };
    if (!interlaced_) return {size(out_.width, out_.height)};
    std::vector<PassSize> all;
    for (const auto& p : kAdam7)
      all.push_back(size((out_.width - p[0] + p[2] - 1) / p[2], (out_.height - p[1] + p[3] - 1) / p[3]));
    return all;
  }

  void check_stream() {
    int64_t expected = 0;
    for (const PassSize& pass : passes()) expected += pass.row_bytes * pass.rows;
    check_memory(expected, limits_);
    std::vector<uint8_t> raw(static_cast<size_t>(expected));
    std::string reason;
    const int64_t size = inflate_into(stream_.data(), stream_.size(), raw.data(), raw.size(), reason);
    if (size < 0 && reason == "output buffer limit") refuse("PNG inflates to more than its header allows");
    if (size < 0) refuse("PNG has bad zlib data (" + reason + ")");
    if (size < expected)
      refuse("PNG inflates to " + with_commas(size) + " bytes, its header needs " + with_commas(expected));
    require(adler32(raw) == stored_adler(), "PNG picture data: Adler-32 checksum differs");
    check_filters(raw);
  }

  uint32_t stored_adler() const {
    return stream_.size() < 4 ? 0 : Bytes{stream_.data(), stream_.size()}.be32(stream_.size() - 4);
  }

  static uint32_t adler32(const std::vector<uint8_t>& raw) {
    uint32_t a = 1, b = 0;
    for (size_t i = 0; i < raw.size();) {
      const size_t end = std::min(raw.size(), i + 5552);  // the most that cannot overflow 32 bits
      for (; i < end; ++i) a += raw[i], b += a;
      a %= 65521, b %= 65521;
    }
    return b << 16 | a;
  }

  void check_filters(const std::vector<uint8_t>& raw) const {
    size_t at = 0;
    for (const PassSize& pass : passes())
      for (int64_t row = 0; row < pass.rows; ++row, at += static_cast<size_t>(pass.row_bytes))
        require(raw[at] <= 4, "PNG has an unknown row filter");
  }

  const Bytes& file_;
  const ScanLimits& limits_;
  ImageScan& out_;
  size_t at_ = 8;
  uint32_t depth_ = 0, colour_ = 0, interlaced_ = 0;
  bool has_palette_ = false, has_transparency_ = false, stream_ended_ = false;
  std::vector<uint8_t> stream_;
};

}  // namespace

void scan_png(const Bytes& file, const ScanLimits& limits, ImageScan& out) {
  PngScan(file, limits, out).run();
}

}  // namespace centigan::scanning
