#include "centigan/core/error.h"

#include "test_support.h"

namespace centigan {
namespace {

TEST(Error, HasComponentPlaceReasonHintAndCode) {
  const std::string text = test::expect_error([] { fail("data", "cat/1.jpg", "is cut off", "copy it again"); }, "cut");
  EXPECT_EQ(text, "data: cat/1.jpg: is cut off\n  hint: copy it again");
  test::expect_error([] { fail_usage("config", "line 3", "no", "yes"); }, "config: line 3: no", ExitCode::kUsage);
  EXPECT_EQ(test::expect_error([] { fail("data", "", "nothing", "x"); }, "nothing").substr(0, 13), "data: nothing");
}

TEST(Error, PlaceCannotForgeALine) {
  const std::string text = test::expect_error([] { fail("data", "a\nb\x1b[2J", "bad", "h"); }, "bad");
  EXPECT_EQ(text, "data: a\\x0ab\\x1b[2J: bad\n  hint: h");
}

TEST(Escaped, KeepsTextAndReplacesTheRest) {
  EXPECT_EQ(escaped("Kätzchen 猫 😀.png"), "Kätzchen 猫 😀.png");
  EXPECT_EQ(escaped("a\\b\tc\x7f"), "a\\x5cb\\x09c\\x7f");
  EXPECT_EQ(escaped("\xff\xc3(\xe2\x82"), "\\xff\\xc3(\\xe2\\x82");
  EXPECT_EQ(escaped("\xc0\xaf"), "\\xc0\\xaf") << "overlong";
  EXPECT_EQ(escaped("\xed\xa0\x80"), "\\xed\\xa0\\x80") << "surrogate";
  EXPECT_EQ(escaped("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80") << "above U+10FFFF";
  EXPECT_EQ(escaped("\xc2\x9b"), "\\xc2\\x9b") << "C1 control";
  EXPECT_EQ(escaped(std::string("a\0b", 3)), "a\\x00b");
}

TEST(EditDistance, CountsInsertionsRemovalsAndReplacements) {
  EXPECT_EQ(edit_distance("", ""), 0);
  EXPECT_EQ(edit_distance("", "abc"), 3);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3);
  EXPECT_EQ(edit_distance("r1_gama", "r1_gamma"), 1);
}

TEST(DidYouMean, NamesTheNearestOrNothing) {
  const std::vector<std::string> names = {"batch", "threads", "seed"};
  EXPECT_EQ(did_you_mean("thread", names, "none"), "did you mean threads?");
  EXPECT_EQ(did_you_mean("resolution", names, "none"), "none");
}

}  // namespace
}  // namespace centigan
