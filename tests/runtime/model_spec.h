// Builds .cgm files for the tests: an architecture as plain data, contents by a fixed fill rule. Shares no code with the runtime.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace cgrt_test {

enum Type : uint8_t { kMap = 1, kStart, kConv3, kUp3, kUp2p, kToRgb };
enum Flag : uint8_t { kGain = 1, kSbias = 2, kDemod = 4, kNoise = 8, kDense = 16 };

// Means of the two numbers of a row of parameters.
struct Params {
  int32_t bias = 0;
  int32_t mult = 1 << 26;
};

struct LayerSpec {
  uint8_t type = kConv3;
  uint8_t level = 0;
  uint8_t wbits = 8;
  uint8_t flags = 0;
  uint16_t cin = 1;
  uint16_t cout = 1;
  uint8_t shift = 0, gain_shift = 0, sbias_shift = 0, sbias_up = 0;
  int16_t slope = 16384;
  uint8_t const_shift = 0;
  Params params, gain, sbias;
};

struct ModelSpec {
  uint8_t start_h = 1, start_w = 1, levels = 1, channels = 3, rgb_first = 0, rgb_up = 0, map_layers = 0, handover = 0;
  uint16_t latent = 1, embed = 0, classes = 0, style = 1, centre_rows = 1;
  uint64_t noise_seed = 0;
  uint32_t features = 0;
  std::string name;
  std::vector<std::string> class_names;  // a CLAS chunk, where there are any
  std::vector<LayerSpec> layers;
};

// A file by the fill rule.
std::vector<uint8_t> build(const ModelSpec& spec);

// Sizes of the nine blobs of a layer in file order, and of the whole file without names.
std::vector<size_t> blob_sizes(const ModelSpec& spec, const LayerSpec& layer);
size_t file_bytes(const ModelSpec& spec);

// Offsets inside a file, to damage it at will.
inline size_t group_offset(size_t g) { return 96 + 16 * g; }
size_t layer_offset(const std::vector<uint8_t>& file, size_t k);

void put16(std::vector<uint8_t>& bytes, size_t at, uint32_t value);
void put32(std::vector<uint8_t>& bytes, size_t at, uint32_t value);
uint32_t get16(const uint8_t* bytes);
uint32_t get32(const uint8_t* bytes);

uint32_t crc32(const uint8_t* bytes, size_t count);

// Recomputes the head CRC, or also those of all groups and chunks that lie inside the file.
void fix_head_crc(std::vector<uint8_t>& file);
void fix_crcs(std::vector<uint8_t>& file);

// The arena formula, written down once more: output level, hand-over, bytes per value of a line buffer.
int64_t arena_bytes(const ModelSpec& spec, int level, int handover, int unit);
int64_t macs(const ModelSpec& spec, int level);

// A layer with 8-bit weights; the rest as in LayerSpec.
LayerSpec layer(uint8_t type, uint8_t level, uint8_t flags, uint16_t cin, uint16_t cout);

// The smallest golden model, "spec-toy-S".
ModelSpec model_s();

// The same with three classes, each with a centre and a name of its own (one of them empty): "spec-toy-C".
ModelSpec model_c();

}  // namespace cgrt_test
