#include "layer_costs.h"

#include <algorithm>
#include <iterator>

namespace centigan {
namespace {

enum Type { kMap = 1, kStart, kConv3, kUp3, kUp2p, kToRgb };
enum Flag { kGain = 1, kStyleBias = 2, kDemodulated = 4, kDense = 16 };

uint32_t half_word(const uint8_t* bytes) {
  return bytes[0] | bytes[1] << 8;
}

uint32_t whole_word(const uint8_t* bytes) {
  return half_word(bytes) | half_word(bytes + 2) << 16;
}

// A layer record and the header fields that its cost depends on; cgrt_open has checked both.
struct Record {
  uint32_t type, level, flags, cin, cout, width, height, style;
};

Record record_of(const uint8_t* file, uint32_t k) {
  const uint8_t* l = file + 96 + 16 * half_word(file + 42) + 64 * k;
  return {l[0],
          l[1],
          l[3],
          half_word(l + 4),
          half_word(l + 6),
          uint32_t(file[25]) << l[1],
          uint32_t(file[24]) << l[1],
          half_word(file + 38)};
}

uint64_t row_macs(const Record& l) {
  const uint64_t pairs = uint64_t(l.cin) * l.cout, pixels = uint64_t(l.width) * l.height;
  if (l.type == kMap) return pairs;
  if (l.type == kStart) return l.flags & kDense ? pixels * l.cout * l.style : 0;
  return pairs * pixels * (l.type == kToRgb ? 1 : l.type == kUp2p ? 4 : 9);
}

uint64_t style_macs(const Record& l) {
  const uint64_t rows = l.type == kToRgb ? l.cin : l.cout;
  return (l.flags & kGain ? l.style * rows : 0) + (l.flags & kStyleBias ? l.style * rows : 0) +
         (l.flags & kDemodulated ? uint64_t(l.cin) * l.cout : 0);
}

std::string name_of(const Record& l) {
  static const char* const kNames[] = {"?", "map", "start", "conv3", "up3", "up2p", "to-rgb"};
  std::string name = kNames[l.type < std::size(kNames) ? l.type : 0];
  if (l.type != kMap) name += " " + std::to_string(l.width) + "x" + std::to_string(l.height);
  name += ", " + (l.type == kStart && !(l.flags & kDense) ? "" : std::to_string(l.cin) + " -> ");
  return name + std::to_string(l.cout);
}

}  // namespace

std::vector<LayerCost> layer_costs(const CgmFile& file, uint32_t quality) {
  const uint8_t* bytes = file.bytes();
  const uint32_t best = file.info().qualities_present - 1, level = bytes[28] + std::min(quality, best);
  std::vector<LayerCost> costs;
  for (uint32_t k = 0; k < half_word(bytes + 40); ++k) {
    const Record l = record_of(bytes, k);
    if (l.level <= level) costs.push_back({k, name_of(l), l.type != kMap, row_macs(l), style_macs(l)});
  }
  return costs;
}

size_t prefix_bytes(const CgmFile& file, uint32_t quality) {
  const uint32_t best = file.info().qualities_present - 1;
  if (quality >= best) return file.size();
  return whole_word(file.bytes() + 96 + 16 * quality);
}

}  // namespace centigan
