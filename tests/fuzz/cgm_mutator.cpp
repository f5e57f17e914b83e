#include "cgm_mutator.h"

#include <algorithm>

namespace cgrt_test {
namespace {

using Bytes = std::vector<uint8_t>;

// Where numbers lie: offset and size in bytes.
struct Field {
  size_t at, size;
};
constexpr Field kHeader[] = {{4, 2},  {6, 2},  {8, 4},  {16, 4}, {20, 4}, {24, 1}, {25, 1}, {26, 1}, {27, 1},
                             {28, 1}, {29, 1}, {30, 1}, {31, 1}, {32, 2}, {34, 2}, {36, 2}, {38, 2}, {40, 2},
                             {42, 2}, {44, 2}, {46, 2}, {56, 4}, {60, 4}, {88, 4}, {92, 4}};
constexpr Field kGroup[] = {{0, 4}, {8, 4}, {12, 4}};
constexpr Field kLayer[] = {{0, 1},  {1, 1},  {2, 1},  {3, 1},  {4, 2},  {6, 2},  {8, 1},  {9, 1},
                            {10, 1}, {11, 1}, {12, 2}, {14, 1}, {15, 1}, {16, 4}, {20, 4}, {24, 4},
                            {28, 4}, {32, 4}, {36, 4}, {40, 4}, {44, 4}, {48, 4}, {52, 4}, {56, 4}};

template <size_t n>
const Field& one_of(const Field (&fields)[n], Dice& dice) {
  return fields[dice.next() % n];
}

// A value at a border of some rule or type, or next to the old one.
uint32_t border_value(uint32_t old, Dice& dice) {
  static const uint32_t kValues[] = {
      0,     1,     2,        3,        4,          7,          8,          15,         16,         17,        63,
      64,    65,    127,      128,      255,        256,        1023,       1024,       1025,       16384,     32767,
      32768, 65535, 1u << 23, 1u << 29, 0x3fffffff, 0x40000000, 0x7fffffff, 0x80000000, 0xc0000000, 0xffffffff};
  switch (dice.range(0, 7)) {
    case 0:
      return old + 1;
    case 1:
      return old - 1;
    case 2:
      return old + 8;
    case 3:
      return old - 8;
    case 4:
      return old * 2;
    case 5:
      return old ^ 1u << dice.range(0, 31);
    default:
      return kValues[dice.next() % (sizeof kValues / sizeof *kValues)];
  }
}

void put(Bytes& file, size_t at, size_t size, uint32_t value) {
  for (size_t b = 0; b < size && at + b < file.size(); ++b) file[at + b] = uint8_t(value >> (8 * b));
}

void change_field(Bytes& file, Dice& dice) {
  const size_t groups = get16(&file[42]), layers = get16(&file[40]), table = 96 + 16 * groups;
  size_t base = 0;
  Field field = one_of(kHeader, dice);
  if (layers > 0 && dice.chance(60))
    base = table + 64 * (dice.next() % layers), field = one_of(kLayer, dice);
  else if (groups > 0 && dice.chance(20))
    base = 96 + 16 * (dice.next() % groups), field = one_of(kGroup, dice);
  if (base + field.at + 4 > file.size()) return;
  put(file, base + field.at, field.size, border_value(get32(&file[base + field.at]), dice));
}

// Contents are never refused: extremes of bytes and of 32-bit numbers, here and there or over a whole range.
void change_contents(Bytes& file, Dice& dice) {
  static const uint8_t kBytes[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff};
  const size_t head = get32(&file[8]);
  if (head >= file.size()) return;
  const size_t from = head + dice.next() % (file.size() - head), left = file.size() - from;
  switch (dice.range(0, 2)) {
    case 0:
      put(file, from / 4 * 4, 4, border_value(dice.next(), dice));
      break;
    case 1:
      file[from] = uint8_t(dice.next());
      break;
    default:
      std::fill_n(file.begin() + std::ptrdiff_t(from), std::min<size_t>(left, 1u << dice.range(0, 9)),
                  kBytes[dice.range(0, 5)]);
  }
}

void change_length(Bytes& file, Dice& dice, size_t max_size) {
  const size_t groups = get16(&file[42]), end = group_offset(dice.next() % (groups + 1));
  if (dice.chance(20))
    file.resize(std::min(max_size, file.size() + size_t(dice.range(1, 64))), uint8_t(dice.next()));
  else if (dice.chance(50) && end + 4 <= file.size())
    file.resize(std::min<size_t>(file.size(), get32(&file[end])));
  else
    file.resize(dice.next() % (file.size() + 1));
}

// What a file says about its architecture; false where it makes no sense to write it anew.
bool read_spec(const Bytes& f, ModelSpec& m) {
  const size_t layers = get16(&f[40]);
  const uint8_t small[] = {f[24], f[25], f[26], f[27], f[28], f[29], f[30], f[31]};
  if (small[2] < 1 || small[2] > 10 || small[4] >= small[2] || layers < 1 || layers > 64) return false;
  if (get16(&f[42]) != uint32_t(small[2] - small[4]) || layer_offset(f, layers) > f.size()) return false;
  m.start_h = small[0], m.start_w = small[1], m.levels = small[2], m.channels = small[3];
  m.rgb_first = small[4], m.rgb_up = small[5], m.map_layers = small[6], m.handover = small[7];
  m.latent = uint16_t(get16(&f[32])), m.embed = uint16_t(get16(&f[34])), m.classes = uint16_t(get16(&f[36]));
  m.style = uint16_t(get16(&f[38])), m.centre_rows = uint16_t(get16(&f[44]));
  m.noise_seed = get32(&f[48]), m.features = get32(&f[20]);
  for (size_t k = 0; k < layers; ++k) {
    const uint8_t* r = &f[layer_offset(f, k)];
    LayerSpec l = layer(r[0], r[1], r[3], uint16_t(get16(r + 4)), uint16_t(get16(r + 6)));
    l.wbits = r[2], l.shift = r[8], l.gain_shift = r[9], l.sbias_shift = r[10], l.sbias_up = r[11];
    l.slope = int16_t(get16(r + 12)), l.const_shift = r[14];
    m.layers.push_back(l);
  }
  return true;
}

// An architecture on its way to another one: `origin` tells which layer of the old file gives the contents.
struct Draft {
  ModelSpec m;
  std::vector<size_t> origin;
};

void move_layer(Draft& d, Dice& dice) {
  const size_t a = dice.next() % d.m.layers.size(), b = dice.next() % d.m.layers.size();
  const auto at = [](auto& list, size_t i) { return list.begin() + std::ptrdiff_t(i); };
  if (dice.chance(25)) {
    std::swap(d.m.layers[a], d.m.layers[b]);
    std::swap(d.origin[a], d.origin[b]);
  } else if (dice.chance(60) || d.m.layers.size() == 1) {
    const LayerSpec copy = d.m.layers[a];
    const size_t origin = d.origin[a], to = dice.chance(50) ? a : b;
    d.m.layers.insert(at(d.m.layers, to), copy);
    d.origin.insert(at(d.origin, to), origin);
  } else {
    d.m.layers.erase(at(d.m.layers, a));
    d.origin.erase(at(d.origin, a));
  }
}

void change_layer(LayerSpec& l, Dice& dice) {
  static const uint8_t kBits[] = {4, 6, 8};
  static const int16_t kSlopes[] = {-16384, -1, 0, 1, 3277, 16383, 16384};
  switch (dice.range(0, 8)) {
    case 0:
      l.type = uint8_t(dice.range(3, 5));
      break;
    case 1:
      l.wbits = kBits[dice.range(0, 2)];
      break;
    case 2:
      l.flags = uint8_t(l.flags ^ 1 << dice.range(0, 4));
      break;
    case 3:
      l.cout = uint16_t(dice.range(1, dice.chance(80) ? 20 : 300));
      break;
    case 4:
      l.shift = uint8_t(dice.range(0, 7));
      break;
    case 5:
      l.gain_shift = uint8_t(dice.range(0, 7));
      break;
    case 6:
      l.sbias_shift = uint8_t(dice.range(0, 7)), l.sbias_up = uint8_t(dice.range(0, 12));
      break;
    case 7:
      l.slope = kSlopes[dice.range(0, 6)];
      break;
    default:
      l.const_shift = uint8_t(dice.range(0, 14));
      break;
  }
}

void change_model(ModelSpec& m, Dice& dice) {
  switch (dice.range(0, 8)) {
    case 0:
      m.start_h = uint8_t(dice.range(1, 6));
      break;
    case 1:
      m.start_w = uint8_t(dice.range(1, dice.chance(80) ? 6 : 16));
      break;
    case 2:
      m.channels = uint8_t(dice.chance(50) ? 1 : 3);
      break;
    case 3:
      m.rgb_up ^= 1;
      break;
    case 4:
      m.handover = uint8_t(dice.range(0, m.levels));
      break;
    case 5:
      m.latent = uint16_t(dice.range(1, 20));
      break;
    case 6:
      m.classes = uint16_t(dice.range(0, 4)), m.embed = uint16_t(m.classes ? dice.range(1, 5) : 0);
      break;
    case 7:
      m.centre_rows = uint16_t(dice.chance(50) || !m.classes ? 1 : m.classes);
      break;
    default:
      m.features ^= 1;
      break;
  }
}

// Absent where the flag is absent, or opening refuses the layer.
void tidy(LayerSpec& l) {
  static const uint8_t kAllowed[] = {0, 0, 1 + 2 + 8 + 16, 15, 15, 15, 1};
  l.flags &= kAllowed[std::min<size_t>(l.type, 6)];
  if (!(l.flags & kGain)) l.gain_shift = 0;
  if (!(l.flags & kSbias)) l.sbias_shift = l.sbias_up = 0;
  if (l.type != kStart) l.const_shift = 0;
  if (l.type == kToRgb) l.slope = 16384;
  if (l.type == kToRgb || (l.type == kStart && !(l.flags & kDense))) l.wbits = 8;
}

// Levels, widths and counts that follow from the order of the layers.
void make_consistent(ModelSpec& m) {
  uint16_t width = uint16_t(m.latent + m.embed);
  uint8_t level = 0;
  m.map_layers = 0;
  m.rgb_first = 255;
  m.centre_rows = m.centre_rows > 1 ? m.classes : 1;
  m.style = width;
  for (LayerSpec& l : m.layers) {
    tidy(l);
    if (l.type == kMap) m.map_layers++, m.style = l.cout;
    if (l.type == kUp3 || l.type == kUp2p) level++;
    if (l.type == kToRgb) l.cout = m.channels, m.rgb_first = std::min(m.rgb_first, level);
    l.level = level;
    l.cin = l.type != kStart ? width : l.flags & kDense ? m.style : 0;
    if (l.type != kToRgb) width = l.cout;
  }
  m.levels = uint8_t(level + 1);
  m.rgb_first = std::min(m.rgb_first, level);
  m.handover = std::min(m.handover, level);
}

bool writable(const ModelSpec& m, size_t max_size) {
  if (m.levels > 10 || m.rgb_first >= m.levels || m.layers.empty() || m.layers.size() > 65) return false;
  for (const LayerSpec& l : m.layers)
    if (l.level >= m.levels || (l.type == kToRgb && l.level < m.rgb_first) || ((l.type == kUp3 || l.type == kUp2p) && l.level == 0))
      return false;
  return file_bytes(m) <= max_size;
}

// The new file by the fill rule, then what the old one holds.
Bytes written(const Draft& d, const Bytes& old) {
  Bytes file = build(d.m);
  for (size_t k = 0; k < d.m.layers.size(); ++k) {
    const std::vector<size_t> sizes = blob_sizes(d.m, d.m.layers[k]);
    for (size_t blob = 0; blob < sizes.size(); ++blob) {
      const size_t to = get32(&file[layer_offset(file, k) + 16 + 4 * blob]);
      const size_t from = get32(&old[layer_offset(old, d.origin[k]) + 16 + 4 * blob]);
      if (sizes[blob] == 0 || from == 0 || from >= old.size()) continue;
      std::copy_n(old.begin() + std::ptrdiff_t(from), std::min(sizes[blob], old.size() - from),
                  file.begin() + std::ptrdiff_t(to));
    }
  }
  return file;
}

Bytes redesigned(const Bytes& file, Dice& dice, size_t max_size) {
  Draft d;
  if (!read_spec(file, d.m)) return file;
  for (size_t k = 0; k < d.m.layers.size(); ++k) d.origin.push_back(k);
  for (int n = dice.range(1, 3); n > 0; --n) {
    if (dice.chance(30))
      move_layer(d, dice);
    else if (dice.chance(30))
      change_model(d.m, dice);
    else
      change_layer(d.m.layers[dice.next() % d.m.layers.size()], dice);
  }
  if (dice.chance(85)) make_consistent(d.m);
  return writable(d.m, max_size) ? written(d, file) : file;
}

}  // namespace

std::vector<uint8_t> mutate_model(std::vector<uint8_t> file, Dice& dice, size_t max_size) {
  if (file.size() < 128 || file.size() > max_size) return file;
  switch (dice.range(0, 9)) {
    case 0:
      change_length(file, dice, max_size);
      break;
    case 1:
    case 2:
      change_contents(file, dice);
      break;
    case 3:
    case 4:
    case 5:
      change_field(file, dice);
      break;
    default:
      file = redesigned(file, dice, max_size);
      break;
  }
  if (file.size() >= 128 && dice.chance(90)) fix_crcs(file);
  return file;
}

}  // namespace cgrt_test
