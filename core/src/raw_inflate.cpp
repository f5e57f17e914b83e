#include "centigan/core/raw_inflate.h"

#include <cstring>
#include <vector>

namespace centigan {
namespace {

struct DeflateError {};

constexpr int kLongestCode = 15;

// Codes of one alphabet in canonical order.
class HuffmanCode {
 public:
  HuffmanCode(const uint8_t* lengths, int count) : symbols_(static_cast<size_t>(count)) {
    for (int i = 0; i < count; ++i) ++counts_[lengths[i]];
    counts_[0] = 0;
    int free_codes = 1;
    for (int length = 1; length <= kLongestCode; ++length) {
      free_codes = 2 * free_codes - counts_[length];
      if (free_codes < 0) throw DeflateError();
    }
    int next[kLongestCode + 2] = {};
    for (int length = 1; length <= kLongestCode; ++length) next[length + 1] = next[length] + counts_[length];
    for (int i = 0; i < count; ++i)
      if (lengths[i] != 0) symbols_[static_cast<size_t>(next[lengths[i]]++)] = static_cast<uint16_t>(i);
  }

  template <class Bits>
  int decode(Bits& bits) const {
    int code = 0, first = 0, index = 0;
    for (int length = 1; length <= kLongestCode; ++length) {
      code |= bits.take(1);
      if (code - first < counts_[length]) return symbols_[static_cast<size_t>(index + code - first)];
      index += counts_[length], first = (first + counts_[length]) << 1, code <<= 1;
    }
    throw DeflateError();
  }

 private:
  int counts_[kLongestCode + 1] = {};
  std::vector<uint16_t> symbols_;
};

class DeflateReader {
 public:
  DeflateReader(const uint8_t* in, size_t size, uint8_t* out, size_t out_size)
      : in_(in), size_(size), out_(out), out_size_(out_size) {}

  bool run() {
    for (bool last = false; !last;) {
      last = take(1) == 1;
      const int kind = take(2);
      if (kind == 0) stored();
      if (kind == 1) fixed();
      if (kind == 2) dynamic();
      if (kind == 3) throw DeflateError();
    }
    return made_ == out_size_ && at_ == size_;
  }

  int take(int count) {
    while (held_ < count) {
      if (at_ == size_) throw DeflateError();
      buffer_ |= static_cast<uint32_t>(in_[at_++]) << held_;
      held_ += 8;
    }
    const int value = static_cast<int>(buffer_ & ((1u << count) - 1));
    buffer_ >>= count, held_ -= count;
    return value;
  }

 private:
  void put(int byte) {
    if (made_ == out_size_) throw DeflateError();
    out_[made_++] = static_cast<uint8_t>(byte);
  }

  void stored() {
    buffer_ = 0, held_ = 0;
    if (size_ - at_ < 4) throw DeflateError();
    const size_t length = in_[at_] | in_[at_ + 1] << 8, inverse = in_[at_ + 2] | in_[at_ + 3] << 8;
    at_ += 4;
    if ((length ^ inverse) != 0xFFFF || size_ - at_ < length || out_size_ - made_ < length) throw DeflateError();
    if (length > 0) std::memcpy(out_ + made_, in_ + at_, length);
    at_ += length, made_ += length;
  }

  void fixed() {
    uint8_t lengths[288 + 30];
    std::memset(lengths, 8, 144), std::memset(lengths + 144, 9, 112);
    std::memset(lengths + 256, 7, 24), std::memset(lengths + 280, 8, 8), std::memset(lengths + 288, 5, 30);
    symbols(HuffmanCode(lengths, 288), HuffmanCode(lengths + 288, 30));
  }

  void dynamic() {
    static const int kOrder[] = {16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15};
    const int literals = take(5) + 257, distances = take(5) + 1, codes = take(4) + 4;
    if (literals > 286 || distances > 30) throw DeflateError();
    uint8_t lengths[286 + 30] = {};
    for (int i = 0; i < codes; ++i) lengths[kOrder[i]] = static_cast<uint8_t>(take(3));
    const HuffmanCode code_lengths(lengths, 19);
    std::memset(lengths, 0, sizeof lengths);
    for (int i = 0; i < literals + distances;) i = lengths_run(code_lengths, lengths, i, literals + distances);
    if (lengths[256] == 0) throw DeflateError();
    symbols(HuffmanCode(lengths, literals), HuffmanCode(lengths + literals, distances));
  }

  int lengths_run(const HuffmanCode& code, uint8_t* lengths, int i, int end) {
    const int symbol = code.decode(*this);
    if (symbol < 16) return lengths[i] = static_cast<uint8_t>(symbol), i + 1;
    if (symbol == 16 && i == 0) throw DeflateError();
    const uint8_t value = symbol == 16 ? lengths[i - 1] : 0;
    const int repeat = symbol == 16 ? 3 + take(2) : symbol == 17 ? 3 + take(3) : 11 + take(7);
    if (i + repeat > end) throw DeflateError();
    std::memset(lengths + i, value, static_cast<size_t>(repeat));
    return i + repeat;
  }

  void symbols(const HuffmanCode& literals, const HuffmanCode& distances) {
    for (int symbol = literals.decode(*this); symbol != 256; symbol = literals.decode(*this)) {
      if (symbol < 256) put(symbol);
      if (symbol < 256) continue;
      const int length = length_of(symbol - 257);  // comes before the distance in the stream
      copy(length, distance_of(distances.decode(*this)));
    }
  }

  int length_of(int code) {
    if (code >= 29) throw DeflateError();
    if (code == 28) return 258;
    const int extra = code < 8 ? 0 : code / 4 - 1;
    return (code < 8 ? code : (4 + code % 4) << extra) + 3 + take(extra);
  }

  int distance_of(int code) {
    if (code >= 30) throw DeflateError();
    const int extra = code < 4 ? 0 : code / 2 - 1;
    return (code < 4 ? code : (2 + code % 2) << extra) + 1 + take(extra);
  }

  void copy(int length, int distance) {
    if (static_cast<size_t>(distance) > made_) throw DeflateError();
    for (; length > 0; --length) put(out_[made_ - static_cast<size_t>(distance)]);
  }

  const uint8_t* in_;
  size_t size_, at_ = 0;
  uint8_t* out_;
  size_t out_size_, made_ = 0;
  uint32_t buffer_ = 0;
  int held_ = 0;
};

}  // namespace

bool raw_inflate(const uint8_t* in, size_t size, uint8_t* out, size_t out_size) {
  try {
    return DeflateReader(in, size, out, out_size).run();
  } catch (const DeflateError&) {
    return false;
  }
}

}  // namespace centigan
