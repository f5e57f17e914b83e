#include "centigan/compress/plan.h"

#include <gtest/gtest.h>

#include "centigan/compress/budget.h"
#include "centigan/compress/export.h"
#include "centigan/compress/instructions.h"
#include "centigan/compress/student_presets.h"
#include "centigan/core/error.h"
#include "quantised_support.h"

namespace centigan {
namespace {

using compress_test::quantised;

ModelConfig preset_config(const std::string& name, int64_t head_bits = 8) {
  const StudentPreset preset = student_preset(name);
  ModelConfig config;
  config.family = "lite";
  config.resolution = preset.resolution;
  config.lite = preset.lite;
  config.lite.quant.head_bits = head_bits;
  check_lite_config(config);
  return config;
}

// What docs/students.md prints of a student.
struct Documented {
  const char* name;
  int64_t file, packed, macs;     // packed: convolutions up to 16 px in 4 bits
  std::vector<int64_t> arenas;    // 8-bit rows, hand-over 4, 8, 16 px, none
  int64_t wide;                   // 16-bit rows, hand-over 16 px
  std::vector<int64_t> prefixes;  // files of the smaller qualities
};

const std::vector<Documented> kDocumented = {
    {"E32-S", 91736, 59480, 12072960, {8592, 9552, 17584, 33968}, 20656, {}},
    {"E32", 371208, 232104, 43901952, {18232, 16696, 30520, 67384}, 35896, {}},
    {"E64", 607584, 397920, 123386368, {35656, 33864, 47400, 214520}, 63400, {484536, 578208}},
    {"E128", 827672, 543128, 216934912, {49400, 47352, 57336, 458376}, 87160, {643736, 771384, 816944}}};

TEST(Plan, DocumentedStudentsCostWhatIsDocumented) {
  for (const Documented& student : kDocumented) {
    const QuantizedLite model = lite_plan(preset_config(student.name));
    const int64_t last = model.levels - 1;
    EXPECT_EQ(file_bytes(model), student.file) << student.name;
    EXPECT_EQ(file_bytes(lite_plan(preset_config(student.name, 4))), student.packed) << student.name;
    EXPECT_EQ(picture_macs(model, last), student.macs) << student.name;
    for (int64_t h = 0; h < 3; ++h) EXPECT_EQ(arena_bytes(model, last, h, 1), student.arenas[h]) << student.name << h;
    EXPECT_EQ(arena_bytes(model, last, last, 1), student.arenas[3]) << student.name;
    EXPECT_EQ(arena_bytes(model, last, 2, 2), student.wide) << student.name;
    EXPECT_EQ(arena_bytes(model, last, 9, 1), student.arenas[3]) << student.name;
    for (size_t i = 0; i < student.prefixes.size(); ++i)
      EXPECT_EQ(file_bytes(model, model.rgb_first + static_cast<int64_t>(i)), student.prefixes[i]) << student.name;
  }
  EXPECT_EQ(best_handover(lite_plan(preset_config("E32-S"))), 0);
  EXPECT_EQ(best_handover(lite_plan(preset_config("E32"))), 1);
}

TEST(Plan, UnknownStudentsAreNamed) {
  EXPECT_THROW(student_preset("E33"), Error);
}

// Of every grammar: what is planned without tensors is what the exporter writes.
TEST(Plan, FilesHaveThePlannedBytes) {
  auto bits = lite_test::tiny_config(32), classes = lite_test::with_classes(lite_test::tiny_config(16, true));
  bits.lite.level_convs = {2, 0, 1}, bits.lite.quant.phase_from = 2;
  bits.lite.quant.bits = {6, 8, 4, 6, 4, 8, 6, 8, 4, 8, 8, 6, 8};
  classes.lite.start_dense = false, classes.lite.widths = {13, 10, 7}, classes.lite.rgb_first = 0;
  auto preset = preset_config("E32-S", 4);
  preset.lite.widths = {12, 12, 8, 4};
  for (const ModelConfig& config : {lite_test::tiny_config(64), bits, classes, preset}) {
    QuantizedLite model = quantised(config), planned = lite_plan(config);
    if (config.classes > 0) planned.class_names = model.class_names = {"a", "bcd", "efghij"};
    const auto bytes = cgm_bytes(model);
    EXPECT_EQ(file_bytes(planned), static_cast<int64_t>(bytes.size()));
    check_parity(bytes, model, 2);
    for (int64_t h = 0; h < model.levels; ++h)
      EXPECT_EQ(arena_bytes(planned, model.levels - 1, h, 1), arena_bytes(model, model.levels - 1, h, 1));
  }
}

TEST(Budget, IsReadOnceAndChecked) {
  const DeviceBudget budget = parse_budget("flash=512K,ram=1.5M,instructions=200M");
  EXPECT_EQ(budget.flash, 524288);
  EXPECT_EQ(budget.ram, 1572864);
  EXPECT_EQ(budget.instructions, 200000000);
  EXPECT_FALSE(parse_budget("").limits());
  EXPECT_EQ(parse_bytes("--weight-bytes", "61440"), 61440);
  for (const char* wrong : {"flash=", "flash=0", "flash=-3K", "flash=5G", "flash=x", "rom=5K", "ram", "flash=nan", ","})
    EXPECT_THROW(parse_budget(wrong), Error) << wrong;
}

TEST(Budget, NamesTheLimitThatIsPassed) {
  const DeviceCost cost = cost_of(lite_plan(preset_config("E32-S")));
  EXPECT_EQ(cost.flash, 91736 + kRuntimeCodeBytes);
  EXPECT_EQ(cost.ram, 8592 + kRuntimeRamBytes);
  EXPECT_NEAR(static_cast<double>(cost.instructions), 20389880, 0.01 * 20389880);  // as counted, see cli.instructions
  const std::string instructions = std::to_string(cost.instructions);
  EXPECT_EQ(over_budget(cost, parse_budget("flash=128K,ram=9104,instructions=" + instructions)), "");
  EXPECT_EQ(over_budget(cost, parse_budget("flash=100K")), "108120 bytes of flash, and the budget is 102400");
  EXPECT_EQ(over_budget(cost, parse_budget("ram=9103")), "9104 bytes of RAM, and the budget is 9103");
  EXPECT_EQ(over_budget(cost, parse_budget("instructions=18M")),
            instructions + " instructions a picture, and the budget is 18000000");
}

TEST(Instructions, DependOnWhatTheArenaLeaves) {
  const QuantizedLite plan = lite_plan(preset_config("E32"));
  const int64_t counted[] = {70993680, 69569880, 55052880, 56150000};  // of the same shape with every hand-over
  for (int64_t h = 0; h < plan.levels; ++h)
    EXPECT_NEAR(static_cast<double>(picture_instructions(plan, h)), static_cast<double>(counted[h]), 0.01 * counted[h]);
}

TEST(Instructions, AFilesPlanIsItsModels) {
  for (int64_t bits : {8, 4}) {
    const QuantizedLite plan = lite_plan(preset_config("E32-S", bits));
    QuantizedLite model = quantised(preset_config("E32-S", bits));
    const QuantizedLite read = cgm_plan(cgm_bytes(model).data());
    ASSERT_EQ(read.layers.size(), plan.layers.size());
    EXPECT_EQ(picture_instructions(read, 1), picture_instructions(model, 1));
    EXPECT_EQ(picture_instructions(read, 1), picture_instructions(plan, 1));
  }
}

}  // namespace
}  // namespace centigan
