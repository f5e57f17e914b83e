#include "model_spec.h"

#include <algorithm>
#include <cstring>

#include "naive.h"

namespace cgrt_test {
namespace {

constexpr uint64_t kFillSeed = 0x5EED;

size_t up(size_t n, size_t step) { return (n + step - 1) / step * step; }

size_t filter_elements(const LayerSpec& l) {
  switch (l.type) {
    case kConv3:
    case kUp3: return 9u * l.cin;
    case kUp2p: return 4u * l.cin;
    default: return l.cin;
  }
}

size_t filter_count(const ModelSpec& m, const LayerSpec& l) {
  if (l.type == kStart) return l.flags & kDense ? size_t{m.start_h} * m.start_w * l.cout : 0;
  return l.type == kUp2p ? 4u * l.cout : l.cout;
}

// One blob being filled from its own random stream.
class Filler {
 public:
  Filler(std::vector<uint8_t>& file, uint32_t stream) : file_(file), stream_(stream) {}

  void bytes(size_t count) {
    for (size_t i = 0; i < count; ++i) file_.push_back(uint8_t(hash(i) >> 24));
  }
  void centre(size_t count) {
    for (size_t i = 0; i < count; ++i) file_.push_back(uint8_t(int8_t(hash(i) >> 24) >> 2));
  }
  void noise(size_t count) {
    for (size_t i = 0; i < count; ++i) append(uint32_t(int32_t(hash(i) >> 24) - 128), 2);
  }
  void params(size_t count, const Params& p) {
    for (size_t i = 0; i < count; ++i) {
      append(uint32_t(p.bias + (int32_t(hash(2 * i)) >> 18)), 4);
      append(uint32_t(p.mult - (p.mult >> 2) + (p.mult >> 9) * int32_t(hash(2 * i + 1) >> 24)), 4);
    }
  }

 private:
  uint32_t hash(size_t i) const { return naive::hash32(kFillSeed, stream_, uint32_t(i)); }
  void append(uint32_t v, int count) {
    for (int b = 0; b < count; ++b) file_.push_back(uint8_t(v >> (8 * b)));
  }
  std::vector<uint8_t>& file_;
  uint32_t stream_;
};

void pad(std::vector<uint8_t>& file) { file.resize(up(file.size(), 8)); }

void fill_blob(std::vector<uint8_t>& file, const LayerSpec& l, size_t k, size_t blob, size_t size) {
  Filler fill(file, uint32_t(256 + 16 * k + blob));
  switch (blob) {
    case 1: fill.params(size / 8, l.params); break;
    case 3: fill.params(size / 8, l.gain); break;
    case 5: fill.params(size / 8, l.sbias); break;
    case 7: fill.noise(size / 2); break;
    default: fill.bytes(size); break;
  }
}

void write_record(std::vector<uint8_t>& file, size_t at, const LayerSpec& l) {
  const uint8_t head[4] = {l.type, l.level, l.wbits, l.flags};
  std::copy(head, head + 4, &file[at]);
  put16(file, at + 4, l.cin);
  put16(file, at + 6, l.cout);
  const uint8_t shifts[4] = {l.shift, l.gain_shift, l.sbias_shift, l.sbias_up};
  std::copy(shifts, shifts + 4, &file[at + 8]);
  put16(file, at + 12, uint16_t(l.slope));
  file[at + 14] = l.const_shift;
}

void write_layer(std::vector<uint8_t>& file, const ModelSpec& m, size_t k) {
  const size_t at = layer_offset(file, k);
  const std::vector<size_t> sizes = cgrt_test::blob_sizes(m, m.layers[k]);
  write_record(file, at, m.layers[k]);
  for (size_t blob = 0; blob < sizes.size(); ++blob) {
    if (sizes[blob] == 0) continue;
    put32(file, at + 16 + 4 * blob, uint32_t(file.size()));
    fill_blob(file, m.layers[k], k, blob, sizes[blob]);
    pad(file);
  }
  put32(file, at + 52, uint32_t(file.size()));
}

void write_header(std::vector<uint8_t>& file, const ModelSpec& m) {
  const uint8_t start[8] = {0x43, 0x47, 0x4d, 0x1a, 1, 0, 0, 0};
  const uint8_t small[8] = {m.start_h,   m.start_w, m.levels,     m.channels,
                            m.rgb_first, m.rgb_up,  m.map_layers, m.handover};
  std::copy(start, start + 8, file.begin());
  put32(file, 8, uint32_t(file.size()));
  put32(file, 20, m.features);
  std::copy(small, small + 8, file.begin() + 24);
  const size_t groups = size_t{m.levels} - m.rgb_first;
  const size_t wide[7] = {m.latent, m.embed, m.classes, m.style, m.layers.size(), groups, m.centre_rows};
  for (size_t i = 0; i < 7; ++i) put16(file, 32 + 2 * i, uint32_t(wide[i]));
  put32(file, 48, uint32_t(m.noise_seed));
  put32(file, 52, uint32_t(m.noise_seed >> 32));
  std::copy(m.name.begin(), m.name.end(), file.begin() + 64);
}

void write_vectors(std::vector<uint8_t>& file, const ModelSpec& m) {
  if (m.classes) put32(file, 56, uint32_t(file.size()));
  Filler(file, 250).bytes(size_t{m.classes} * m.embed);
  pad(file);
  put32(file, 60, uint32_t(file.size()));
  Filler(file, 251).centre(size_t{m.centre_rows} * m.style);
  pad(file);
}

void write_names(std::vector<uint8_t>& file, const ModelSpec& m) {
  if (m.class_names.empty()) return;
  const size_t at = file.size();
  file.resize(at + 16);
  std::copy_n("CLAS", 4, file.begin() + std::ptrdiff_t(at));
  for (const std::string& name : m.class_names) file.insert(file.end(), name.c_str(), name.c_str() + name.size() + 1);
  put32(file, at + 4, uint32_t(file.size() - at - 16));
  pad(file);
  put16(file, 6, 1);
}

// Check sums of the chunks behind the last group, as far as they lie inside the file.
void fix_chunks(std::vector<uint8_t>& file, size_t at) {
  while (at + 16 <= file.size() && get32(&file[at + 4]) <= file.size() - at - 16) {
    const size_t bytes = get32(&file[at + 4]);
    put32(file, at + 8, crc32(file.data() + at + 16, bytes));
    at += 16 + (bytes + 7) / 8 * 8;
  }
}

}  // namespace

std::vector<size_t> blob_sizes(const ModelSpec& m, const LayerSpec& l) {
  const size_t style_row = up(m.style, 4), rows = l.type == kToRgb ? l.cin : l.cout;
  return {filter_count(m, l) * up((filter_elements(l) * l.wbits + 7) / 8, 4),
          8u * l.cout,
          l.flags & kGain ? rows * style_row : 0,
          l.flags & kGain ? rows * 8 : 0,
          l.flags & kSbias ? l.cout * style_row : 0,
          l.flags & kSbias ? l.cout * 8u : 0,
          l.flags & kDemod ? l.cout * up(l.cin, 4) : 0,
          l.flags & kNoise ? l.cout * 2u : 0,
          l.type == kStart ? size_t{m.start_h} * m.start_w * l.cout : 0};
}

size_t file_bytes(const ModelSpec& m) {
  size_t bytes = 96 + 16 * (size_t{m.levels} - m.rgb_first) + 64 * m.layers.size();
  bytes += up(size_t{m.classes} * m.embed, 8) + up(size_t{m.centre_rows} * m.style, 8);
  for (const LayerSpec& l : m.layers)
    for (size_t blob : blob_sizes(m, l)) bytes += up(blob, 8);
  return bytes;
}

void put16(std::vector<uint8_t>& bytes, size_t at, uint32_t v) {
  bytes[at] = uint8_t(v);
  bytes[at + 1] = uint8_t(v >> 8);
}

void put32(std::vector<uint8_t>& bytes, size_t at, uint32_t v) {
  put16(bytes, at, v);
  put16(bytes, at + 2, v >> 16);
}

uint32_t get16(const uint8_t* p) { return uint32_t(p[0]) | uint32_t(p[1]) << 8; }
uint32_t get32(const uint8_t* p) { return get16(p) | get16(p + 2) << 16; }

size_t layer_offset(const std::vector<uint8_t>& file, size_t k) { return 96 + 16 * get16(&file[42]) + 64 * k; }

uint32_t crc32(const uint8_t* bytes, size_t count) {
  uint32_t crc = 0xFFFFFFFFu;
  for (size_t i = 0; i < count; ++i) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; ++bit) crc = crc & 1 ? crc >> 1 ^ 0xEDB88320u : crc >> 1;
  }
  return ~crc;
}

void fix_head_crc(std::vector<uint8_t>& file) {
  const size_t head = get32(&file[8]);
  if (head > file.size() || head < 16) return;
  put32(file, 12, 0);
  put32(file, 12, crc32(file.data(), head));
}

void fix_crcs(std::vector<uint8_t>& file) {
  size_t from = get32(&file[8]);
  for (size_t g = 0; g < get16(&file[42]) && group_offset(g + 1) <= file.size(); ++g) {
    const size_t end = get32(&file[group_offset(g)]);
    if (end > file.size() || end < from) break;
    put32(file, group_offset(g) + 4, crc32(&file[0] + from, end - from));
    from = end;
  }
  fix_chunks(file, from);
  fix_head_crc(file);
}

std::vector<uint8_t> build(const ModelSpec& m) {
  const size_t groups = size_t{m.levels} - m.rgb_first;
  std::vector<uint8_t> file(96 + 16 * groups + 64 * m.layers.size());
  write_header(file, m);
  write_vectors(file, m);
  for (size_t k = 0; k < m.layers.size(); ++k) {
    write_layer(file, m, k);
    if (m.layers[k].type == kToRgb) {
      const size_t level = m.layers[k].level, group = group_offset(level - m.rgb_first);
      const uint32_t arena = uint32_t(arena_bytes(m, int(level), m.handover, 1));
      put32(file, group, uint32_t(file.size()));
      put32(file, group + 8, arena);
      put32(file, 88, arena);
    }
  }
  write_names(file, m);
  put32(file, 16, uint32_t(file.size()));
  fix_crcs(file);
  return file;
}

LayerSpec layer(uint8_t type, uint8_t level, uint8_t flags, uint16_t cin, uint16_t cout) {
  LayerSpec l;
  l.type = type;
  l.level = level;
  l.flags = flags;
  l.cin = cin;
  l.cout = cout;
  return l;
}

ModelSpec model_c() {
  ModelSpec m = model_s();
  m.name = "spec-toy-C";
  m.classes = m.centre_rows = 3;
  m.embed = 2;
  m.layers[0].cin = uint16_t(m.latent + m.embed);
  m.class_names = {"ab", "", "cat"};
  return m;
}

ModelSpec model_s() {
  ModelSpec m;
  m.start_h = m.start_w = 2;
  m.levels = 2;
  m.rgb_first = 1;
  m.map_layers = 1;
  m.latent = 4;
  m.style = 8;
  m.noise_seed = 7;
  m.name = "spec-toy-S";
  const Params gain{1 << 17, 1 << 26};
  LayerSpec map = layer(kMap, 0, 0, 4, 8);
  map.slope = 3277;
  map.params.mult = 1 << 24;
  LayerSpec start = layer(kStart, 0, kGain, 0, 6);
  start.const_shift = 6;
  start.params.mult = 1 << 24;
  start.gain = gain;
  LayerSpec conv = layer(kConv3, 0, kGain | kNoise, 6, 5);
  conv.slope = 3277;
  conv.params.mult = 1 << 22;
  conv.gain = gain;
  LayerSpec phase = layer(kUp2p, 1, kGain, 5, 4);
  phase.slope = 3277;
  phase.params.mult = 1 << 23;
  phase.gain = gain;
  LayerSpec rgb = layer(kToRgb, 1, 0, 4, 3);
  rgb.params.mult = 1 << 26;
  m.layers = {map, start, conv, phase, rgb};
  return m;
}

}  // namespace cgrt_test
