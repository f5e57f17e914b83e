// libFuzzer target: any bytes are opened and, if they open, drawn in several schedules, which must agree. The mutator knows the format
// and repairs check sums, because an attacker can too. tests/runtime/fuzz.sh builds and runs it.
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "cgrt.h"
#include "cgm_mutator.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

using cgrt_test::Dice;

constexpr size_t kArenaLimit = 4 << 20;
constexpr uint64_t kMacLimit = 300000;

int take_row(void* sum, uint32_t, const uint8_t* row, uint32_t bytes) {
  for (uint32_t i = 0; i < bytes; ++i) *static_cast<uint32_t*>(sum) = (*static_cast<uint32_t*>(sum) ^ row[i]) * 16777619u + 1;
  return 0;
}

// A check sum of the picture, or 0 where its arena is too large to try.
uint32_t picture(const cgrt_model& model, const cgrt_options& options, uint64_t seed) {
  const size_t need = cgrt_arena_bytes(&model, &options);
  if (need == 0 || need > kArenaLimit) return 0;
  void* arena = std::malloc(need);  // exactly as large, so that a sanitizer sees every step over its end
  std::memset(arena, 0xA5, need);
  uint32_t sum = 1;
  if (cgrt_generate(&model, arena, need, seed, CGRT_LABEL_RANDOM, &options, take_row, &sum) != CGRT_OK) std::abort();
  std::free(arena);
  return sum ? sum : 1;
}

// Options by dice that the file decides; hand-over and row width go through all there are.
void draw(const cgrt_model& model, uint32_t hash) {
  cgrt_info info;
  cgrt_options options = CGRT_OPTIONS_DEFAULT;
  Dice dice(hash);
  if (cgrt_macs(&model, CGRT_BEST) > kMacLimit || cgrt_get_info(&model, &info) != CGRT_OK) return;
  std::vector<int16_t> latent(info.latent_size);
  for (int16_t& v : latent) v = int16_t(dice.next());
  if (dice.chance(30)) options.latent = latent.data();
  options.truncation = uint16_t(dice.range(0, 256));
  options.quality = uint8_t(dice.range(0, int(info.qualities_present) - 1));
  options.format = uint8_t(dice.range(0, 2));
  options.noise = uint8_t(dice.range(0, 2));
  options.dither = uint8_t(dice.range(0, 1));
  uint32_t first = 0;
  for (uint32_t schedule = 0; schedule < 2 * info.levels; ++schedule) {
    options.handover = uint8_t(schedule / 2);
    options.wide_rows = uint8_t(schedule % 2);
    const uint32_t sum = picture(model, options, hash);
    if (first == 0) first = sum;
    if (sum != 0 && sum != first) std::abort();
  }
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
  const uint32_t hash = cgrt_test::crc32(data, size);
  cgrt_model model;
  for (unsigned flags : {0u, CGRT_OPEN_SKIP_DATA_CRC})
    if (cgrt_open(&model, file, size, flags) == CGRT_OK) {
      read_names(model, size);
      draw(model, hash);
      break;  // what opens with the check of data opens without
    }
  std::free(file);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned seed) {
  Dice dice(seed);
  if (size < 128 || dice.chance(15)) size = LLVMFuzzerMutate(data, size, max_size);
  std::vector<uint8_t> file = cgrt_test::mutate_model({data, data + size}, dice, max_size);
  std::memcpy(data, file.data(), file.size());
  return file.size();
}
