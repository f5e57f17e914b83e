// Damaged files end in an error or in a run inside their bounds; built with sanitizers, which judge the second half.
#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "../fuzz/cgm_mutator.h"
#include "draw.h"
#include "model_spec.h"
#include "naive.h"
#include "random_model.h"

namespace cgrt_test {
namespace {

using Bytes = std::vector<uint8_t>;

// Every name is readable up to its zero, or the status says that names are damaged.
void read_names(const Loaded& loaded) {
  const char* name = nullptr;
  for (uint32_t label = 0, length = 0; label < 8; ++label) {
    const int status = cgrt_class_name(&loaded.model, loaded.size(), label, &name);
    if (name) length += uint32_t(std::strlen(name));
    EXPECT_TRUE(status == CGRT_OK || !name);
    EXPECT_LE(length, loaded.size());
  }
}

// Opens, and draws if that worked and the picture is small.
int try_file(const uint8_t* bytes, size_t size, unsigned flags, uint32_t label = 0) {
  Loaded loaded(bytes, size);
  const int status = loaded.open(flags);
  if (status == CGRT_OK) read_names(loaded);
  if (status != CGRT_OK || cgrt_arena_bytes(&loaded.model, nullptr) > 1 << 20 || cgrt_macs(&loaded.model, CGRT_BEST) > 1000000)
    return status;
  const Drawn drawn = draw(loaded.model, 3, label);
  EXPECT_TRUE(drawn.canaries_whole && drawn.rows_in_order);
  EXPECT_EQ(drawn.status, CGRT_OK);
  return status;
}

TEST(Mutation, EverySingleBitFlipIsFound) {
  const Bytes file = build(model_s());
  const Drawn whole = [&] {
    Loaded loaded(file);
    loaded.open();
    return draw(loaded.model, 3);
  }();
  ASSERT_EQ(whole.status, CGRT_OK);
  for (size_t bit = 0; bit < file.size() * 8; ++bit) {
    Bytes flipped = file;
    flipped[bit / 8] ^= uint8_t(1u << bit % 8);
    ASSERT_NE(try_file(flipped.data(), flipped.size(), 0), CGRT_OK) << bit;
    try_file(flipped.data(), flipped.size(), CGRT_OPEN_SKIP_DATA_CRC);
    fix_crcs(flipped);
    try_file(flipped.data(), flipped.size(), 0);
  }
}

TEST(Mutation, EveryHeaderByteWithEveryValue) {
  const Bytes file = build(model_s());
  for (size_t at = 0; at < get32(&file[8]); ++at)
    for (int value = 0; value < 256; ++value) {
      Bytes changed = file;
      changed[at] = uint8_t(value);
      fix_crcs(changed);
      try_file(changed.data(), changed.size(), 0);
    }
}

TEST(Mutation, EveryTruncation) {
  const Bytes file = build(random_model(3));
  const size_t first = get32(&file[group_offset(0)]);
  for (size_t size = 0; size < file.size(); ++size) {
    const int status = try_file(file.data(), size, 0);
    ASSERT_EQ(status, size < first ? CGRT_E_TRUNCATED : CGRT_OK) << size;
  }
}

// One to four bytes anywhere, half of them in the tables, with check sums that fit again.
Bytes mutate(Bytes file, Dice& dice) {
  static const uint8_t kValues[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
  const size_t head = get32(&file[8]);
  for (int n = dice.range(1, 4); n > 0; --n) {
    const size_t at = dice.next() % (dice.chance(50) ? head : file.size());
    file[at] = dice.chance(50) ? kValues[dice.range(0, 4)] : uint8_t(dice.next());
  }
  fix_crcs(file);
  return file;
}

// By the byte, or by the format: then one change follows another, and a file that no longer opens is given up.
TEST(Mutation, HundredThousandRandomOnes) {
  Dice dice(77);
  std::vector<Bytes> files = {build(model_s()), build(model_c())};
  for (uint64_t id = 0; id < 18; ++id) files.push_back(build(random_model(id)));
  std::vector<Bytes> now = files;
  int opened = 0;
  for (size_t i = 0; i < 100000; ++i) {
    const size_t which = i % files.size();
    const bool by_format = i / files.size() % 2 == 0;
    const Bytes file = by_format ? mutate_model(now[which], dice, 4096) : mutate(files[which], dice);
    const int status = try_file(file.data(), file.size(), i % 3 ? 0u : CGRT_OPEN_SKIP_DATA_CRC);
    opened += status == CGRT_OK;
    if (by_format) now[which] = status == CGRT_OK && dice.chance(90) ? file : files[which];
  }
  EXPECT_GT(opened, 20000);
}

// What the fuzzer found worth keeping.
TEST(Mutation, CorpusOfTheFuzzer) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(CGRT_CORPUS)) {
    std::ifstream in(entry.path(), std::ios::binary);
    const Bytes file((std::istreambuf_iterator<char>(in)), {});
    try_file(file.data(), file.size(), 0);
    try_file(file.data(), file.size(), CGRT_OPEN_SKIP_DATA_CRC);
    ++files;
  }
  EXPECT_GT(files, 20);
}

// Contents are never refused: any bytes in the blobs give the reference's picture.
TEST(Mutation, ExtremeContentsGiveTheReferenceBytes) {
  static const uint8_t kValues[] = {0x00, 0x01, 0x7f, 0x80, 0x81, 0xff};
  for (uint64_t id = 0; id < 300; ++id) {
    Dice dice(id);
    const ModelSpec spec = random_model(id);
    Bytes file = build(spec);
    const bool wild = dice.chance(50);
    for (size_t at = get32(&file[8]); at < file.size(); ++at)
      file[at] = wild ? uint8_t(dice.next()) : kValues[dice.range(0, 5)];
    fix_crcs(file);
    Loaded loaded(file);
    ASSERT_EQ(loaded.open(), CGRT_OK);
    naive::Options n;
    n.quality = spec.levels - spec.rgb_first - 1;
    ASSERT_EQ(draw(loaded.model, id).bytes, naive::draw(file.data(), id, 0, n)) << id;
  }
}

}  // namespace
}  // namespace cgrt_test
