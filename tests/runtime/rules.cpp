#include "rules.h"

#include <gtest/gtest.h>

namespace cgrt_test {

ModelSpec rich() {
  ModelSpec m;
  m.start_h = 2;
  m.start_w = 3;
  m.levels = 2;
  m.map_layers = 2;
  m.latent = 5;
  m.embed = 3;
  m.classes = 4;
  m.centre_rows = 4;
  m.style = 6;
  LayerSpec dense = layer(kStart, 0, kGain | kSbias | kNoise | kDense, 6, 4);
  LayerSpec conv = layer(kConv3, 0, kGain | kSbias | kDemod | kNoise, 4, 5);
  conv.wbits = 6;
  m.layers = {layer(kMap, 0, 0, 8, 7), layer(kMap, 0, 0, 7, 6), dense,
              conv,                    layer(kToRgb, 0, kGain, 5, 3), layer(kUp2p, 1, kGain, 5, 4),
              layer(kConv3, 1, 0, 4, 3), layer(kToRgb, 1, 0, 3, 3)};
  return m;
}

int open_status(const Bytes& file, unsigned flags) {
  Loaded loaded(file);
  const int status = loaded.open(flags);
  if (status != CGRT_OK) EXPECT_EQ(loaded.model.base, nullptr);
  return status;
}

int damaged(const std::function<void(Bytes&)>& change) {
  Bytes file = build(rich());
  change(file);
  fix_crcs(file);
  return open_status(file);
}

int set8(size_t at, int value) {
  return damaged([&](Bytes& f) { f[at] = uint8_t(value); });
}
int set16(size_t at, int value) {
  return damaged([&](Bytes& f) { put16(f, at, uint32_t(value)); });
}
int set32(size_t at, uint32_t value) {
  return damaged([&](Bytes& f) { put32(f, at, value); });
}
int set_layer8(size_t k, size_t at, int value) {
  return damaged([&](Bytes& f) { f[layer_offset(f, k) + at] = uint8_t(value); });
}
int set_layer16(size_t k, size_t at, int value) {
  return damaged([&](Bytes& f) { put16(f, layer_offset(f, k) + at, uint32_t(value)); });
}

int designed(const std::function<void(ModelSpec&)>& change) {
  ModelSpec m = rich();
  change(m);
  return open_status(build(m));
}

}  // namespace cgrt_test
