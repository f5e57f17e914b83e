// Writes a model for scripts and prints what its arena must hold, by the test's own formula: "arena HANDOVER ROW-BYTES BYTES".
//
//   make_model FILE                            model S
//   make_model FILE ID                         a random model by its number
//   make_model FILE layers CHANNELS 3|p [WIDTH]
//                                              an up layer of that kind (UP3, UP2P) and a CONV3, all with so many channels; the up layer
//                                              reads WIDTH x 16, by default 16 x 16
//   make_model FILE student NAME               E32-S, E32, E64, E128
//   make_model FILE shape LATENT STYLE FLAGS BITS CHANNELS LAYERS...
//                                              any other: flags of the convolutions (5 gain, demodulation; 16 more: a dense START), bits of
//                                              their weights, colours; layers as in students.h: 48 c48 u48 p16 r
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "random_model.h"
#include "students.h"

namespace {

using namespace cgrt_test;

ModelSpec two_layers(uint16_t channels, Type up, uint8_t width) {
  ModelSpec m;
  m.start_h = 16;
  m.start_w = width;
  m.levels = 2;
  m.rgb_first = 1;
  m.latent = m.style = 8;
  m.name = "layers";
  m.layers = {layer(kStart, 0, 0, 0, channels), layer(up, 1, kGain | kNoise, channels, channels),
              layer(kConv3, 1, kGain | kNoise, channels, channels), layer(kToRgb, 1, 0, channels, 3)};
  for (LayerSpec& l : m.layers) {
    l.gain = {1 << 17, 1 << 26};
    l.slope = l.type == up || l.type == kConv3 ? 3277 : 16384;
    l.params.mult = l.type == kStart ? 1 << 30 : l.type == kToRgb ? 1 << 25 : 1 << 21;
  }
  return m;
}

ModelSpec shape(const std::vector<std::string>& words) {
  const auto number = [&](size_t i) { return std::stoi(words[i]); };
  std::string layers;
  for (size_t i = 6; i < words.size(); ++i) layers += words[i] + " ";
  ModelSpec m = student("shape", uint16_t(number(1)), uint16_t(number(2)), layers, uint8_t(number(3) % kDense));
  m.channels = uint8_t(number(5));
  for (LayerSpec& l : m.layers) {
    if (l.type == kConv3 || l.type == kUp3 || l.type == kUp2p) l.wbits = uint8_t(number(4));
    if (l.type == kToRgb) l.cout = m.channels;
    if (l.type == kStart && number(3) >= kDense) {
      l.flags |= kDense;
      l.cin = m.style;
    }
  }
  return m;
}

ModelSpec chosen(const std::vector<std::string>& words) {
  if (words.empty()) return model_s();
  if (words[0] == "layers" && words.size() >= 3) {
    const int width = words.size() == 4 ? std::stoi(words[3]) : 16;
    return two_layers(uint16_t(std::stoi(words[1])), words[2] == "p" ? kUp2p : kUp3, uint8_t(width));
  }
  if (words[0] == "student" && words.size() == 2)
    for (const Student& s : students())
      if (s.spec.name == words[1]) return s.spec;
  if (words[0] == "shape" && words.size() > 7) return shape(words);
  return random_model(std::strtoull(words[0].c_str(), nullptr, 10));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fputs("usage: make_model FILE [ID | layers CHANNELS 3|p [WIDTH] | student NAME]\n", stderr), 2;
  const ModelSpec spec = chosen({argv + 2, argv + argc});
  const std::vector<uint8_t> file = build(spec);
  std::FILE* out = std::fopen(argv[1], "wb");
  const bool written = out && std::fwrite(file.data(), 1, file.size(), out) == file.size();
  if (!out || std::fclose(out) != 0 || !written) return std::perror(argv[1]), 1;
  for (int unit = 1; unit <= 2; ++unit)
    for (int h = 0; h < spec.levels; ++h)
      std::printf("arena %d %d %lld\n", h, unit, static_cast<long long>(arena_bytes(spec, spec.levels - 1, h, unit)));
  return 0;
}
