// The caller's side: order of argument errors, options, labels, stopping, info of partial files.
#include <gtest/gtest.h>

#include <cstring>
#include <functional>

#include "draw.h"
#include "model_spec.h"
#include "naive.h"
#include "random_model.h"

namespace cgrt_test {
namespace {

int ignore_row(void*, uint32_t, const uint8_t*, uint32_t) { return 0; }
int stop_at_row(void* user, uint32_t y, const uint8_t*, uint32_t) { return y == *static_cast<uint32_t*>(user); }
int count_polls(void* user) { return --*static_cast<int*>(user) == 0; }

class Arguments : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(loaded.open(), CGRT_OK); }
  int generate(void* at, size_t bytes, uint32_t label, const cgrt_options* options, cgrt_row row = ignore_row) {
    return cgrt_generate(&loaded.model, at, bytes, 1, label, options, row, nullptr);
  }
  std::vector<uint8_t> file = build(model_s());
  Loaded loaded{file};
  alignas(8) uint8_t arena[512] = {};
};

// Every call is wrong in several ways; the first in the documented order counts.
TEST_F(Arguments, OrderOfErrors) {
  cgrt_options o = default_options();
  o.truncation = 257;
  o.quality = 9;
  uint8_t before[512];
  std::memset(arena, 0x77, sizeof arena);
  std::memcpy(before, arena, sizeof arena);
  EXPECT_EQ(generate(nullptr, 0, 5, &o), CGRT_E_NULL);
  EXPECT_EQ(generate(arena + 1, 0, 5, &o, nullptr), CGRT_E_NULL);
  EXPECT_EQ(generate(arena + 4, 0, 5, &o), CGRT_E_ALIGN);
  EXPECT_EQ(generate(arena, 0, 5, &o), CGRT_E_OPTION);
  o.truncation = 256;
  EXPECT_EQ(generate(arena, 0, 5, &o), CGRT_E_QUALITY);
  o.quality = 0;
  EXPECT_EQ(generate(arena, 0, 5, &o), CGRT_E_LABEL);
  EXPECT_EQ(generate(arena, 239, 0, &o), CGRT_E_ARENA_SMALL);
  EXPECT_EQ(std::memcmp(arena, before, sizeof arena), 0);
  EXPECT_EQ(generate(arena, 240, 0, &o), CGRT_OK);
  EXPECT_EQ(generate(arena, 240, 0, nullptr), CGRT_OK);
}

TEST_F(Arguments, UnknownOptionValues) {
  const auto refused = [&](auto change) {
    cgrt_options o = default_options();
    change(o);
    EXPECT_EQ(cgrt_arena_bytes(&loaded.model, &o), 0u);
    EXPECT_EQ(generate(arena, sizeof arena, 0, &o), CGRT_E_OPTION);
  };
  refused([](cgrt_options& o) { o.truncation = 257; });
  refused([](cgrt_options& o) { o.format = 3; });
  refused([](cgrt_options& o) { o.noise = 3; });
  refused([](cgrt_options& o) { o.dither = 2; });
  refused([](cgrt_options& o) { o.wide_rows = 2; });
}

TEST_F(Arguments, ModelThatIsNotOpen) {
  cgrt_model closed{};
  cgrt_info info;
  int16_t latent[4];
  EXPECT_EQ(cgrt_get_info(&closed, &info), CGRT_E_NULL);
  EXPECT_EQ(cgrt_get_info(nullptr, &info), CGRT_E_NULL);
  EXPECT_EQ(cgrt_get_info(&loaded.model, nullptr), CGRT_E_NULL);
  EXPECT_EQ(cgrt_arena_bytes(&closed, nullptr), 0u);
  EXPECT_EQ(cgrt_arena_bytes(nullptr, nullptr), 0u);
  EXPECT_EQ(cgrt_macs(&closed, 0), 0u);
  EXPECT_EQ(cgrt_macs(&loaded.model, 1), 0u);
  EXPECT_EQ(cgrt_latent(&closed, 1, latent, 4), CGRT_E_NULL);
  EXPECT_EQ(cgrt_latent(&loaded.model, 1, nullptr, 4), CGRT_E_NULL);
  EXPECT_EQ(cgrt_latent(&loaded.model, 1, latent, 3), CGRT_E_OPTION);
  EXPECT_EQ(cgrt_generate(&closed, arena, sizeof arena, 1, 0, nullptr, ignore_row, nullptr), CGRT_E_NULL);
  EXPECT_EQ(cgrt_generate(nullptr, arena, sizeof arena, 1, 0, nullptr, ignore_row, nullptr), CGRT_E_NULL);
}

TEST_F(Arguments, FailedOpenClosesTheModel) {
  EXPECT_EQ(loaded.open(2), CGRT_E_OPTION);
  EXPECT_EQ(loaded.model.base, nullptr);
  EXPECT_EQ(generate(arena, sizeof arena, 0, nullptr), CGRT_E_NULL);
}

TEST_F(Arguments, RowsCanStop) {
  uint32_t row = 2;
  EXPECT_EQ(cgrt_generate(&loaded.model, arena, sizeof arena, 1, 0, nullptr, stop_at_row, &row), CGRT_STOPPED);
}

// Each poll that answers "stop" ends the call; rows of all layers are polled: 2 of START, 2 of CONV3, 4 of UP2P, 4 of toRGB.
TEST_F(Arguments, PollCancels) {
  cgrt_options o = default_options();
  o.poll = count_polls;
  for (int at = 1; at <= 13; ++at) {
    int left = at;
    const int status = cgrt_generate(&loaded.model, arena, sizeof arena, 1, 0, &o, ignore_row, &left);
    EXPECT_EQ(status, at <= 12 ? CGRT_CANCELLED : CGRT_OK) << at;
  }
}

TEST_F(Arguments, TheDrawnLatentGivesTheSamePicture) {
  int16_t latent[4];
  ASSERT_EQ(cgrt_latent(&loaded.model, 9, latent, 4), CGRT_OK);
  cgrt_options o = default_options();
  o.latent = latent;
  EXPECT_EQ(draw(loaded.model, 9, 0, &o).bytes, draw(loaded.model, 9).bytes);
}

TEST(Labels, RangeAndRandom) {
  ModelSpec spec = random_model(0);
  for (uint64_t id = 1; spec.classes < 2; ++id) spec = random_model(id);
  Loaded loaded(build(spec));
  ASSERT_EQ(loaded.open(), CGRT_OK);
  EXPECT_EQ(draw(loaded.model, 1, uint32_t(spec.classes)).status, CGRT_E_LABEL);
  EXPECT_EQ(draw(loaded.model, 1, uint32_t(spec.classes) - 1).status, CGRT_OK);
  for (uint64_t seed = 0; seed < 8; ++seed) {
    const uint32_t label = uint32_t(uint64_t{naive::hash32(seed, 2, 0)} * spec.classes >> 32);
    EXPECT_EQ(draw(loaded.model, seed, CGRT_LABEL_RANDOM).bytes, draw(loaded.model, seed, label).bytes);
  }
}

TEST(ClassNames, AreReadInPlace) {
  Loaded loaded(build(model_c()));
  ASSERT_EQ(loaded.open(), CGRT_OK);
  const char* name = nullptr;
  for (uint32_t label = 0; label < 3; ++label) {
    EXPECT_EQ(cgrt_class_name(&loaded.model, loaded.size(), label, &name), CGRT_OK);
    EXPECT_STREQ(name, model_c().class_names[label].c_str());
  }
  EXPECT_EQ(cgrt_class_name(&loaded.model, loaded.size(), 3, &name), CGRT_E_LABEL);
  EXPECT_EQ(name, nullptr);
  EXPECT_EQ(cgrt_class_name(nullptr, 0, 0, &name), CGRT_E_NULL);
  EXPECT_EQ(cgrt_class_name(&loaded.model, loaded.size(), 0, nullptr), CGRT_E_NULL);
}

TEST(ClassNames, MayBeMissing) {
  ModelSpec spec = model_c();
  const std::vector<uint8_t> whole = build(spec);
  spec.class_names.clear();
  Loaded without(build(spec)), cut(whole.data(), whole.size() - 8);
  for (Loaded* loaded : {&without, &cut}) {
    ASSERT_EQ(loaded->open(), CGRT_OK);
    const char* name = "";
    EXPECT_EQ(cgrt_class_name(&loaded->model, loaded->size(), 1, &name), CGRT_OK);
    EXPECT_EQ(name, nullptr);
  }
}

// The status of asking for the first name after bytes were changed; `repair` makes the check sums right again.
int damaged_names(const std::function<void(std::vector<uint8_t>&, size_t chunk)>& change, bool repair = true) {
  const ModelSpec spec = model_c();
  std::vector<uint8_t> file = build(spec);
  change(file, get32(&file[group_offset(size_t{spec.levels} - spec.rgb_first - 1)]));
  if (repair) fix_crcs(file);
  Loaded loaded(file);
  EXPECT_EQ(loaded.open(), CGRT_OK);
  const char* name = "";
  const int status = cgrt_class_name(&loaded.model, loaded.size(), 0, &name);
  EXPECT_EQ(name, nullptr);
  return status;
}

TEST(ClassNames, AreChecked) {
  using File = std::vector<uint8_t>;
  EXPECT_EQ(damaged_names([](File& f, size_t at) { f[at + 17] ^= 1; }, false), CGRT_E_CHUNK);  // check sum
  EXPECT_EQ(damaged_names([](File& f, size_t at) { f[at + 8] ^= 1; }, false), CGRT_E_CHUNK);
  EXPECT_EQ(damaged_names([](File& f, size_t at) { f[at + 12] = 1; }), CGRT_E_CHUNK);                  // reserved
  EXPECT_EQ(damaged_names([](File& f, size_t at) { put32(f, at + 4, 0xFFFFFFFF); }), CGRT_E_CHUNK);    // length
  EXPECT_EQ(damaged_names([](File& f, size_t at) { put32(f, at + 4, 0); }), CGRT_E_CHUNK);             // no name at all
  EXPECT_EQ(damaged_names([](File& f, size_t at) { put32(f, at + 4, get32(&f[at + 4]) - 1); }), CGRT_E_CHUNK);  // end
  EXPECT_EQ(damaged_names([](File& f, size_t at) { f[at + 17] = 0; }), CGRT_E_CHUNK);                  // one too many
  EXPECT_EQ(damaged_names([](File& f, size_t at) { f[at] = 'X'; }), CGRT_OK);  // not our chunk: no names
}

TEST(ClassNames, StandBehindOtherChunks) {
  ModelSpec spec = model_c();
  std::vector<uint8_t> file = build(spec);
  const size_t at = get32(&file[group_offset(size_t{spec.levels} - spec.rgb_first - 1)]);
  const std::vector<uint8_t> other = {'N', 'O', 'T', 'E', 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 0, 0, 0};
  file.insert(file.begin() + std::ptrdiff_t(at), other.begin(), other.end());
  put32(file, 16, uint32_t(file.size()));
  fix_crcs(file);
  Loaded loaded(file);
  ASSERT_EQ(loaded.open(), CGRT_OK);
  const char* name = nullptr;
  EXPECT_EQ(cgrt_class_name(&loaded.model, loaded.size(), 2, &name), CGRT_OK);
  EXPECT_STREQ(name, "cat");
}

TEST(Info, NameIsPrintable) {
  ModelSpec spec = model_s();
  spec.name = "a\x01\xff~ b\n234567890123456789";
  spec.name.resize(24);
  Loaded loaded(build(spec));
  ASSERT_EQ(loaded.open(), CGRT_OK);
  cgrt_info info;
  ASSERT_EQ(cgrt_get_info(&loaded.model, &info), CGRT_OK);
  EXPECT_STREQ(info.name, "a?\?~ b?23456789012345678");
}

TEST(Info, PartialFile) {
  ModelSpec spec = random_model(0);
  for (uint64_t id = 1; spec.levels - spec.rgb_first < 3; ++id) spec = random_model(id);
  const std::vector<uint8_t> file = build(spec);
  Loaded loaded(file.data(), get32(&file[group_offset(1)]) + 5);
  ASSERT_EQ(loaded.open(), CGRT_OK);
  cgrt_info info;
  ASSERT_EQ(cgrt_get_info(&loaded.model, &info), CGRT_OK);
  EXPECT_EQ(info.qualities_present, 2u);
  EXPECT_EQ(info.qualities, uint32_t(spec.levels - spec.rgb_first));
  EXPECT_EQ(info.width, uint32_t(spec.start_w) << (spec.rgb_first + 1));
  EXPECT_EQ(info.arena_bytes, get32(&file[group_offset(1) + 8]));
  cgrt_options o = default_options();
  o.quality = 2;
  EXPECT_EQ(draw(loaded.model, 1, 0, &o).status, CGRT_E_QUALITY);
}

TEST(Status, EveryOneHasAText) {
  for (int status : {0, 10, 11, 12, 13, 14, 20, 21, 22, 23, 24, 25, 26, 30, 31, 32, 33, 40, 41, 42, 43, 44, 45, 50, 51, 60, 61})
    EXPECT_STRNE(cgrt_status_text(status), "unknown status");
  EXPECT_STREQ(cgrt_status_text(1), "unknown status");
  EXPECT_STREQ(cgrt_status_text(-1), "unknown status");
}

}  // namespace
}  // namespace cgrt_test
