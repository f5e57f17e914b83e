// JPEG: marker walk to the end marker. Every table that a scan refers to must be defined and sane by then.
#include <algorithm>
#include <array>
#include <vector>

#include "scan_parts.h"

namespace centigan::scanning {
namespace {

constexpr int64_t kMaxScans = 100;
constexpr int64_t kMaxScannedPixels = int64_t{1} << 30;  // scans times pixels: bounds the decoder's time

struct Component {
  uint32_t id, h, v, quantizer;
  bool seen = false;  // in a scan that carries its mean values
};

// The orientation flag of an Exif segment, or 1 where the segment has none or is damaged.
class ExifReader {
 public:
  ExifReader(const Bytes& file, size_t at, size_t size) : tiff_{file.data + at, size} {}

  int orientation() const {
    if (tiff_.size < 8) return 1;
    big_ = tiff_.starts(0, "MM\0*", 4);
    if (!big_ && !tiff_.starts(0, "II*\0", 4)) return 1;
    const size_t directory = u32(4);
    if (!tiff_.has(directory, 2)) return 1;
    const uint32_t count = u16(directory);
    for (uint32_t i = 0; i < count; ++i) {
      const size_t entry = directory + 2 + 12 * i;
      if (!tiff_.has(entry, 12)) return 1;
      if (u16(entry) == 0x0112 && u16(entry + 2) == 3) return valid(u16(entry + 8));
    }
    return 1;
  }

 private:
  static int valid(uint32_t flag) { return flag >= 1 && flag <= 8 ? static_cast<int>(flag) : 1; }
  uint32_t u16(size_t i) const { return big_ ? tiff_.be16(i) : tiff_.le16(i); }
  uint32_t u32(size_t i) const { return big_ ? tiff_.be32(i) : tiff_.le32(i); }
  Bytes tiff_;
  mutable bool big_ = false;
};

class JpegScan {
 public:
  JpegScan(const Bytes& file, const ScanLimits& limits, ImageScan& out) : file_(file), limits_(limits), out_(out) {}

  void run() {
    for (uint32_t marker = next_marker(); marker != 0xd9; marker = next_marker()) segment(marker);
    require(!components_.empty(), "JPEG has no frame header");
    for (const Component& c : components_) require(c.seen, "JPEG lacks the scan of a component");
  }

 private:
  [[noreturn]] void ended() const {
    refuse("JPEG ends before the last scan (" + with_commas(static_cast<int64_t>(file_.size)) +
           " bytes read, no end marker)");
  }

  uint32_t next_marker() {
    if (!file_.has(at_, 2)) ended();
    const size_t start = at_;
    while (file_.has(at_, 1) && file_.data[at_] == 0xff) ++at_;
    if (!file_.has(at_, 1)) ended();
    const uint32_t marker = file_.data[at_++];
    if (at_ < start + 2 || marker == 0) refuse("JPEG has a bad marker at byte " + with_commas(int64_t(start)));
    return marker;
  }

  // The length field counts itself; the segment's bytes are [at_, end_).
  void segment(uint32_t marker) {
    if (!file_.has(at_, 2)) ended();
    const uint32_t length = file_.be16(at_);
    require(length >= 2, "JPEG segment has a bad length");
    if (!file_.has(at_, length)) ended();
    end_ = at_ + length;
    at_ += 2;
    dispatch(marker);
    at_ = end_;
    if (marker == 0xda) skip_scan_data();
  }

  void dispatch(uint32_t marker) {
    if (marker == 0xdb) return quantizers();
    if (marker == 0xc4) return huffman_tables();
    if (marker == 0xc0 || marker == 0xc1 || marker == 0xc2) return frame(marker == 0xc2);
    if (marker == 0xda) return scan_header();
    if (marker == 0xdd) return require(end_ - at_ == 2, "JPEG restart interval has a bad length");
    if (marker == 0xe1) return exif();
    if ((marker >= 0xe0 && marker <= 0xef) || marker == 0xfe) return;
    if (marker >= 0xc3 && marker <= 0xcf) refuse("lossless or arithmetic JPEG is not supported", "convert to PNG");
    refuse("JPEG has a bad marker at byte " + with_commas(static_cast<int64_t>(at_ - 4)));
  }

  uint32_t take() {
    require(at_ < end_, "JPEG segment is too short");
    return file_.u8(at_++);
  }

  void quantizers() {
    while (at_ < end_) {
      const uint32_t head = take(), bytes = head >> 4 ? 128 : 64;
      require((head >> 4) <= 1 && (head & 15) <= 3, "JPEG has a bad quantizer table");
      require(end_ - at_ >= bytes, "JPEG has a bad quantizer table");
      at_ += bytes;
      quantizer_[head & 15] = true;
    }
  }

  void huffman_tables() {
    while (at_ < end_) {
      const uint32_t head = take();
      require((head >> 4) <= 1 && (head & 15) <= 3, "JPEG has a bad Huffman table (its number)");
      huffman_table(head >> 4);
      (head >> 4 ? ac_ : dc_)[head & 15] = true;
    }
  }

  // The codes of a length must fit behind those of the shorter lengths (so they are prefix-free).
  void huffman_table(bool ac) {
    uint32_t count = 0, code = 0;
    bool fits = true;
    for (int length = 1; length <= 16; ++length) {
      const uint32_t n = take();
      count += n, code += n;
      fits = fits && code <= 1u << length;
      code <<= 1;
    }
    if (count > 256) refuse("JPEG has a bad Huffman table (" + std::to_string(count) + " codes, the limit is 256)");
    require(fits, "JPEG has a bad Huffman table (its codes overlap)");
    for (uint32_t i = 0; i < count; ++i) {
      const uint32_t symbol = take();
      require(ac || symbol <= 15, "JPEG has a bad Huffman table (a mean value has too many bits)");
    }
  }

  void frame(bool progressive) {
    require(components_.empty(), "JPEG has two frame headers");
    progressive_ = progressive;
    if (take() != 8) refuse("JPEG with more than 8 bits a channel is not supported", "convert to PNG");
    require(end_ - at_ >= 5, "JPEG frame header has a bad length");
    out_.height = file_.be16(at_), out_.width = file_.be16(at_ + 2);
    at_ += 4;
    check_dimensions(out_.width, out_.height, limits_);
    const uint32_t count = take();
    if (count == 4) refuse("CMYK JPEG is not supported", "convert to RGB");
    if (count != 1 && count != 3) refuse("JPEG with " + std::to_string(count) + " components is not supported");
    require(end_ - at_ == 3 * count, "JPEG frame header has a bad length");
    out_.grey = count == 1;
    for (uint32_t i = 0; i < count; ++i) add_component();
    check_sampling();
  }

  void add_component() {
    const uint32_t id = take(), sampling = take(), quantizer = take();
    for (const Component& c : components_) require(c.id != id, "JPEG names a component twice");
    require(quantizer <= 3, "JPEG has a bad quantizer table");
    components_.push_back({id, sampling >> 4, sampling & 15, quantizer});
  }

  void check_sampling() const {
    uint32_t h_max = 1, v_max = 1;
    for (const Component& c : components_) h_max = std::max(h_max, c.h), v_max = std::max(v_max, c.v);
    for (const Component& c : components_) {
      const bool range = c.h >= 1 && c.h <= 4 && c.v >= 1 && c.v <= 4;
      require(range && h_max % c.h == 0 && v_max % c.v == 0, "JPEG has bad sampling factors");
    }
  }

  void scan_header() {
    require(!components_.empty(), "JPEG has a scan before its frame header");
    ++scans_;
    if (scans_ > kMaxScans || scans_ * out_.width * out_.height > kMaxScannedPixels)
      refuse("JPEG has too many scans (" + std::to_string(scans_) + ")");
    const uint32_t count = take();
    require(count >= 1 && count <= components_.size() && end_ - at_ == 2 * count + 3, "JPEG has a bad scan header");
    const uint32_t first = file_.u8(end_ - 3), last = file_.u8(end_ - 2), bits = file_.u8(end_ - 1);
    check_spectrum(first, last, bits, count);
    std::vector<const Component*> used;
    uint32_t blocks = 0;
    for (uint32_t i = 0; i < count; ++i) {
      Component& c = component(take());
      require(std::find(used.begin(), used.end(), &c) == used.end(), "JPEG names a component twice");
      used.push_back(&c);
      blocks += c.h * c.v;
      check_tables(c, take(), first, bits >> 4);
    }
    require(count == 1 || blocks <= 10, "JPEG has bad sampling factors");
  }

  void check_spectrum(uint32_t first, uint32_t last, uint32_t bits, uint32_t count) const {
    bool fits = first == 0 && bits == 0;  // `last` should be 63; decoders ignore it
    if (progressive_)
      fits = first <= last && last <= 63 && (bits & 15) <= 13 && (bits >> 4) <= 13 && (first == 0) == (last == 0) &&
             (first == 0 || count == 1);
    require(fits, "JPEG has a bad scan header");
  }

  Component& component(uint32_t id) {
    for (Component& c : components_)
      if (c.id == id) return c;
    refuse("JPEG has a scan of a component that its frame lacks");
  }

  void check_tables(Component& c, uint32_t tables, uint32_t first, uint32_t refines) {
    const uint32_t dc = tables >> 4, ac = tables & 15;
    require(dc <= 3 && ac <= 3, "JPEG has a bad scan header");
    require(quantizer_[c.quantizer], "JPEG scan refers to a quantizer that is not defined");
    const bool needs_dc = !progressive_ || (first == 0 && refines == 0), needs_ac = !progressive_ || first > 0;
    require((!needs_dc || dc_[dc]) && (!needs_ac || ac_[ac]),
            "JPEG scan refers to a Huffman table that is not defined");
    require(needs_dc || c.seen, "JPEG refines a component before its first scan");
    c.seen = true;
  }

  void exif() {
    if (file_.starts(at_, "Exif\0\0", 6) && end_ - at_ >= 6)
      out_.orientation = ExifReader(file_, at_ + 6, end_ - at_ - 6).orientation();
  }

  // To the next marker: inside a scan 0xff is followed by 0, by a restart marker or by another 0xff.
  void skip_scan_data() {
    for (;; ++at_) {
      const void* found = at_ < file_.size ? std::memchr(file_.data + at_, 0xff, file_.size - at_) : nullptr;
      if (!found) ended();
      at_ = static_cast<size_t>(static_cast<const uint8_t*>(found) - file_.data);
      if (!file_.has(at_, 2)) ended();
      const uint32_t follower = file_.data[at_ + 1];
      if (follower != 0 && follower != 0xff && (follower < 0xd0 || follower > 0xd7)) return;
    }
  }

  const Bytes& file_;
  const ScanLimits& limits_;
  ImageScan& out_;
  size_t at_ = 2, end_ = 0;
  int64_t scans_ = 0;
  bool progressive_ = false;
  std::array<bool, 4> quantizer_{}, dc_{}, ac_{};
  std::vector<Component> components_;
};

}  // namespace

void scan_jpeg(const Bytes& file, const ScanLimits& limits, ImageScan& out) {
  JpegScan(file, limits, out).run();
}

}  // namespace centigan::scanning
