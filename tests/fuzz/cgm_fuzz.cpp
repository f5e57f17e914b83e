// libFuzzer target: any bytes are opened and, if they open, drawn. The mutator repairs the check sums, because an attacker can too.
//
//   cgm_fuzz -max_len=8192 corpus seeds        (seeds: files written by cgrt_make_model)
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "cgrt.h"
#include "model_spec.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

constexpr size_t kArenaLimit = 4 << 20;
constexpr uint64_t kMacLimit = 2000000;

int take_row(void* sum, uint32_t, const uint8_t* row, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; ++i) *static_cast<uint32_t*>(sum) += row[i];
  return 0;
}

uint32_t picture(const cgrt_model& model, const cgrt_options& options, uint64_t seed) {
  const size_t need = cgrt_arena_bytes(&model, &options);
  if (need == 0 || need > kArenaLimit) return 0;
  void* arena = std::malloc(need);  // exactly as large, so that a sanitizer sees every step over its end
  std::memset(arena, 0xA5, need);
  uint32_t sum = 0;
  if (cgrt_generate(&model, arena, need, seed, CGRT_LABEL_RANDOM, &options, take_row, &sum) != CGRT_OK) std::abort();
  std::free(arena);
  return sum;
}

void draw(const cgrt_model& model) {
  if (cgrt_macs(&model, CGRT_BEST) > kMacLimit) return;
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  const uint32_t layer_wise = (options.handover = 200, picture(model, options, 7));
  const uint32_t streamed = (options.handover = 0, picture(model, options, 7));
  if (layer_wise != streamed && layer_wise != 0 && streamed != 0) std::abort();
}

void read_names(const cgrt_model& model, size_t size) {
  const char* name = nullptr;
  for (uint32_t label = 0; label < 4; ++label)
    if (cgrt_class_name(&model, size, label, &name) == CGRT_OK && name && std::strlen(name) > size) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  void* file = std::malloc(size + 1);
  std::memcpy(file, data, size);
  cgrt_model model;
  for (unsigned flags : {0u, CGRT_OPEN_SKIP_DATA_CRC})
    if (cgrt_open(&model, file, size, flags) == CGRT_OK) read_names(model, size), draw(model);
  std::free(file);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned) {
  size = LLVMFuzzerMutate(data, size, max_size);
  if (size < 128) return size;
  std::vector<uint8_t> file(data, data + size);
  cgrt_test::fix_crcs(file);
  std::memcpy(data, file.data(), size);
  return size;
}
