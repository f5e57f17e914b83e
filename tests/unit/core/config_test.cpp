#include "centigan/core/config.h"

#include <clocale>
#include <cmath>
#include <limits>

#include "test_support.h"

namespace centigan {
namespace {

struct InnerConfig {
  double r1_gamma = 0.1;
  Curve lr = 0.0025;
};
void visit(ConfigVisitor& v, InnerConfig& c) {
  v.field("r1_gamma", c.r1_gamma, "Weight of the gradient penalty.");
  v.field("lr", c.lr, "Learning rate.");
}

struct OuterConfig {
  bool mirror = false;
  int64_t batch = 16;
  std::string policy = "color,translation,cutout";
  std::vector<int64_t> widths = {64, 32};
  InnerConfig objective;
};
void visit(ConfigVisitor& v, OuterConfig& c) {
  v.field("mirror", c.mirror, "Mirror pictures.");
  v.field("batch", c.batch, "Pictures a step.");
  v.field("policy", c.policy, "Augmentation.");
  v.field("widths", c.widths, "Channels.");
  v.group("objective", c.objective);
}

OuterConfig read(const std::string& text) {
  OuterConfig c;
  read_config(ConfigRef(c), text, "a.txt");
  return c;
}

void expect_refused(const std::string& text, const std::string& fragment) {
  OuterConfig c;
  test::expect_error([&] { read_config(ConfigRef(c), text, "a.txt"); }, fragment, ExitCode::kUsage);
}

TEST(Config, ListsFieldsInOrderWithTypes) {
  OuterConfig c;
  const auto fields = config_fields(ConfigRef(c));
  ASSERT_EQ(fields.size(), 6u);
  EXPECT_EQ(fields[4].key, "objective.r1_gamma");
  EXPECT_EQ(fields[4].value, "0.1");
  EXPECT_EQ(fields[4].help, "Weight of the gradient penalty.");
  std::string types;
  for (const auto& field : fields) types += field.type + " ";
  EXPECT_EQ(types, "bool int text ints float curve ");
}

TEST(Config, ReadsWithCommentsBlanksAndDashes) {
  const OuterConfig c =
      read("# a comment\n\n batch=8 # few\r\nmirror = true\nobjective.r1-gamma = 1e-3\nwidths = 8, 4,2\n");
  EXPECT_EQ(c.batch, 8);
  EXPECT_TRUE(c.mirror);
  EXPECT_EQ(c.objective.r1_gamma, 1e-3);
  EXPECT_EQ(c.widths, (std::vector<int64_t>{8, 4, 2}));
  EXPECT_EQ(read("policy = #ffffff # white").policy, "#ffffff");
  EXPECT_EQ(read("policy = # nothing").policy, "");
  EXPECT_EQ(read("policy = \"a # b\" # c").policy, "a # b");
  EXPECT_TRUE(read("widths =").widths.empty());
}

TEST(Config, EveryValueSurvivesWritingAndReading) {
  for (const double value : {0.1, 1.0 / 3.0, 1e-300, -0.0, 5e-324, std::numeric_limits<double>::max(), 123456789.125}) {
    OuterConfig c, back;
    c.objective.r1_gamma = value;
    read_config(ConfigRef(back), write_config(ConfigRef(c)), "text");
    EXPECT_EQ(std::signbit(back.objective.r1_gamma), std::signbit(value));
    EXPECT_EQ(back.objective.r1_gamma, value);
  }
  for (const std::string value : {"", " a ", "#ffffff", "a # b", "\"", "a\"b", "tab\tline\nend", "back\\slash", "ü猫",
                                  "\xff\xfe", "= =", "\\x41"}) {
    OuterConfig c, back;
    c.policy = value, c.batch = INT64_MIN, c.widths = {};
    read_config(ConfigRef(back), write_config(ConfigRef(c)), "text");
    EXPECT_EQ(back.policy, value);
    EXPECT_EQ(back.batch, INT64_MIN);
    EXPECT_TRUE(back.widths.empty());
    EXPECT_EQ(write_config(ConfigRef(back)), write_config(ConfigRef(c)));
  }
}

TEST(Config, UnknownKeyNamesLineAndNearestKey) {
  expect_refused("batch = 4\nr1_gama = 2",
                 "config: a.txt: line 2: r1_gama: no such key\n  hint: did you mean objective.r1_gamma?");
  expect_refused("objectiv.r1_gamma = 2", "did you mean objective.r1_gamma?");
  expect_refused("bach = 2", "did you mean batch?");
  expect_refused("completely_different = 2", "all keys and their meaning");
  expect_refused("evil\x1b = 2", "evil\\x1b: no such key");
}

TEST(Config, BadValuesAreRefused) {
  for (const std::string value : {"", "x", "1.5", "1 2", "9223372036854775808", "0x10", "1k", "+1"}) {
    expect_refused("batch = " + value, "batch: '" + value + "' is not a value of this key");
  }
  for (const std::string value : {"nan", "inf", "-inf", "1e999", "0,5", "1.5x", ""}) {
    expect_refused("objective.r1_gamma = " + value, "is not a value of this key");
  }
  for (const std::string value : {"1:2,1:3", "2:1,1:1", "1:", ":", "1:2,", "1:nan"}) {
    expect_refused("objective.lr = " + value, "kimg:value");
  }
  expect_refused("mirror = yes", "expected true or false");
  expect_refused("widths = 1,,2", "whole numbers joined by commas");
  expect_refused("policy = \"open", "expected a text");
  expect_refused("policy = \"a\" b", "expected a text");
  expect_refused("policy = \"\\q\"", "expected a text");
  expect_refused("policy = \"\\x4\"", "expected a text");
}

TEST(Config, RepeatedKeysLinesWithoutEqualsAndHugeTextsAreRefused) {
  expect_refused("objective.r1_gamma = 1\nobjective.r1-gamma = 1", "line 2: objective.r1-gamma: given twice");
  expect_refused("batch 4", "line 1: 'batch 4' has no '='");
  expect_refused(std::string((1 << 20) + 1, '\n'), "1048577 bytes are over the limit of 1 MiB");
}

TEST(Config, AFailedLineLeavesItsField) {
  OuterConfig c;
  test::expect_error([&] { set_config(ConfigRef(c), "batch", "x", "--batch"); }, "--batch: batch: 'x'",
                     ExitCode::kUsage);
  EXPECT_EQ(c.batch, 16);
}

TEST(Config, NumbersDoNotDependOnTheLocale) {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"}) {
    if (std::setlocale(LC_ALL, name)) break;
  }
  EXPECT_EQ(read("objective.r1_gamma = 0.5").objective.r1_gamma, 0.5);
  OuterConfig c;
  EXPECT_NE(write_config(ConfigRef(c)).find("r1_gamma = 0.1\n"), std::string::npos);
  std::setlocale(LC_ALL, before.c_str());
}

TEST(Config, DifferencesListChangedMissingAndIgnoreAsAsked) {
  const auto lines = config_differences("a = 1\nb = 2\nout = x\n", "a = 1\nb = 3\nc = \nout = y\n", {"out"});
  EXPECT_EQ(lines, (std::vector<std::string>{"b: stored 2, now 3", "c: stored (missing), now (empty)"}));
}

TEST(Curve, IsConstantOrLinearBetweenPoints) {
  Curve curve;
  ASSERT_TRUE(Curve::parse("0:0.0025, 142:0.0025,190:0.0001", curve));
  EXPECT_EQ(curve.at(-1), 0.0025);
  EXPECT_EQ(curve.at(100), 0.0025);
  EXPECT_NEAR(curve.at(166), (0.0025 + 0.0001) / 2, 1e-12);
  EXPECT_EQ(curve.at(190), 0.0001);
  EXPECT_EQ(curve.at(1e9), 0.0001);
  EXPECT_EQ(curve.text(), "0:0.0025,142:0.0025,190:0.0001");
  EXPECT_EQ(Curve(0.5).text(), "0.5");
  Curve single;
  ASSERT_TRUE(Curve::parse("5:0.5", single));
  EXPECT_EQ(single.text(), "5:0.5");
}

}  // namespace
}  // namespace centigan
