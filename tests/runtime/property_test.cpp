// Random models: every schedule, row width, kernel set, quality, option and prefix gives the bytes of the naive reference.
#include <gtest/gtest.h>

#include <algorithm>

#include "draw.h"
#include "kernel_sets.h"
#include "naive.h"
#include "random_model.h"

namespace cgrt_test {
namespace {

naive::Options reference_options(const cgrt_options& o, int quality) {
  naive::Options n;
  n.latent = o.latent;
  n.truncation = o.truncation;
  n.quality = quality;
  n.format = o.format;
  n.noise = o.noise;
  n.dither = o.dither;
  return n;
}

cgrt_options random_options(Dice& dice, const std::vector<int16_t>& latent) {
  cgrt_options o = default_options();
  if (dice.chance(30)) o.latent = latent.data();
  if (dice.chance(50)) o.truncation = uint16_t(dice.range(0, 256));
  o.format = uint8_t(dice.range(0, 2));
  o.noise = uint8_t(dice.range(0, 2));
  o.dither = uint8_t(dice.range(0, 1));
  return o;
}

constexpr int kModelsPerCase = 5;

class Properties : public ::testing::TestWithParam<int> {};

// One quality, drawn in every schedule and by every kernel set; the arena is full of something else each time.
void check_schedules(const Loaded& loaded, const ModelSpec& spec, uint64_t seed, uint32_t label, cgrt_options o, int quality) {
  const std::vector<uint8_t> expected = naive::draw(loaded.bytes(), seed, label, reference_options(o, quality));
  o.quality = uint8_t(quality);
  for (int handover = 0; handover <= spec.levels; ++handover) {
    for (int wide = 0; wide < 2; ++wide) {
      o.handover = uint8_t(handover);
      o.wide_rows = uint8_t(wide);
      const int level = spec.rgb_first + quality;
      ASSERT_EQ(int64_t(cgrt_arena_bytes(&loaded.model, &o)), arena_bytes(spec, level, handover, 1 + wide));
      for (size_t set = 0; set < kernel_sets().size(); ++set) {
        const Drawn drawn = draw_with(set, loaded.model, seed, label, &o, handover % 2 ? 0xA5 : 0x5A);
        ASSERT_EQ(drawn.status, CGRT_OK);
        ASSERT_TRUE(drawn.canaries_whole && drawn.rows_in_order);
        ASSERT_EQ(drawn.bytes, expected) << "quality " << quality << " handover " << handover << " by " << kernel_sets()[set];
      }
    }
  }
}

TEST_P(Properties, EveryScheduleGivesTheReferenceBytes) {
  for (int i = 0; i < kModelsPerCase; ++i) {
    const uint64_t id = uint64_t(GetParam()) * kModelsPerCase + uint64_t(i);
    SCOPED_TRACE(id);
    const ModelSpec spec = random_model(id);
    Loaded loaded(build(spec));
    ASSERT_EQ(loaded.open(), CGRT_OK);
    Dice dice(id + 1000);
    std::vector<int16_t> latent(spec.latent);
    for (int16_t& v : latent) v = int16_t(dice.range(-32768, 32767));
    const uint64_t seed = dice.next() * uint64_t{0x100000003};
    const uint32_t label = dice.chance(30) ? CGRT_LABEL_RANDOM : spec.classes ? dice.next() % spec.classes : 0;
    const cgrt_options o = random_options(dice, latent);
    for (int q = 0; q < spec.levels - spec.rgb_first; ++q) {
      check_schedules(loaded, spec, seed, label, o, q);
      ASSERT_EQ(int64_t(cgrt_macs(&loaded.model, unsigned(q))), macs(spec, spec.rgb_first + q));
    }
  }
}

TEST_P(Properties, APrefixIsTheSmallerPicture) {
  const ModelSpec spec = random_model(uint64_t(GetParam()));
  const std::vector<uint8_t> file = build(spec);
  for (int q = 0; q < spec.levels - spec.rgb_first; ++q) {
    Loaded part(file.data(), get32(&file[group_offset(size_t(q))]));
    ASSERT_EQ(part.open(), CGRT_OK);
    ASSERT_EQ(part.model.groups_present, uint32_t(q) + 1);
    naive::Options n;
    n.quality = q;
    EXPECT_EQ(draw(part.model, 5).bytes, naive::draw(file.data(), 5, 0, n));
  }
}

// Reference pictures that are flat would hide mistakes.
TEST(PropertiesOfTheModels, PicturesAreNotFlat) {
  int lively = 0;
  for (uint64_t id = 0; id < 40; ++id) {
    const ModelSpec spec = random_model(id);
    const std::vector<uint8_t> file = build(spec);
    naive::Options n;
    n.quality = spec.levels - spec.rgb_first - 1;
    const std::vector<uint8_t> bytes = naive::draw(file.data(), 1, 0, n);
    std::vector<bool> seen(256);
    for (uint8_t b : bytes) seen[b] = true;
    lively += std::count(seen.begin(), seen.end(), true) >= 8;
  }
  EXPECT_GE(lively, 25);
}

INSTANTIATE_TEST_SUITE_P(Random, Properties, ::testing::Range(0, 40));
INSTANTIATE_TEST_SUITE_P(More, Properties, ::testing::Range(40, 400));

}  // namespace
}  // namespace cgrt_test
