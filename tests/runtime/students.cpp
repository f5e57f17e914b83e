#include "students.h"

#include <sstream>

namespace cgrt_test {

ModelSpec student(const std::string& name, uint16_t latent, uint16_t style, const std::string& layers, uint8_t flags) {
  ModelSpec m;
  m.start_h = m.start_w = 4;
  m.rgb_up = 1;
  m.map_layers = 2;
  m.latent = latent;
  m.style = style;
  m.name = name;
  m.rgb_first = 255;
  uint8_t level = 0;
  std::istringstream words(layers);
  uint16_t width = 0;
  words >> width;
  m.layers = {layer(kMap, 0, 0, latent, style), layer(kMap, 0, 0, style, style), layer(kStart, 0, kGain, 0, width)};
  for (std::string word; words >> word;) {
    if (word == "r") {
      if (m.rgb_first == 255) m.rgb_first = level;
      m.layers.push_back(layer(kToRgb, level, kGain, width, 3));
      continue;
    }
    const uint8_t type = word[0] == 'c' ? kConv3 : word[0] == 'u' ? kUp3 : kUp2p;
    const uint16_t out = uint16_t(std::stoi(word.substr(1)));
    level = uint8_t(level + (type != kConv3));
    m.layers.push_back(layer(type, level, flags, width, out));
    width = out;
  }
  m.levels = uint8_t(level + 1);
  m.handover = 0;
  for (LayerSpec& l : m.layers) {
    l.gain = {1 << 17, 1 << 26};
    l.slope = l.type == kToRgb || l.type == kStart ? 16384 : 3277;
    l.params.mult = l.type == kConv3 || l.type == kUp3 || l.type == kUp2p ? 1 << 21 : 1 << 24;
  }
  return m;
}

std::vector<Student> students() {
  return {{student("E32-S", 32, 32, "48 c48 u48 u32 c32 p16 c16 r"), 91736, 12072960, {8592, 9552, 17584, 33968}, 20656},
          {student("E32", 32, 64, "96 c96 u80 c80 u56 c56 p32 c32 r"), 371208, 43901952, {18232, 16696, 30520, 67384}, 35896},
          {student("E64", 64, 64, "112 c112 u96 c96 u80 c80 r p48 c48 r p24 c24 r"),
           607584,
           123386368,
           {35656, 33864, 47400, 214520},
           63400},
          {student("E128", 64, 64, "128 c128 u112 c112 u96 c96 r p56 c56 r p32 c32 r p16 r"),
           827672,
           216934912,
           {49400, 47352, 57336, 458376},
           87160}};
}

}  // namespace cgrt_test
