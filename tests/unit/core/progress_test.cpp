#include "centigan/core/progress.h"

#include <gtest/gtest.h>

#include <limits>

namespace centigan {
namespace {

TEST(DurationText, ReadsLikeASentence) {
  EXPECT_EQ(duration_text(0), "0 s");
  EXPECT_EQ(duration_text(12.4), "12 s");
  EXPECT_EQ(duration_text(200), "3 min 20 s");
  EXPECT_EQ(duration_text(3600 * 2 + 300), "2 h 05 min");
  EXPECT_EQ(duration_text(-1), "unknown time");
  EXPECT_EQ(duration_text(std::numeric_limits<double>::infinity()), "unknown time");
}

TEST(Progress, AwayFromATerminalShortWorkPrintsItsLastLineOnly) {
  ::testing::internal::CaptureStderr();
  Progress progress("reading", 100, "pictures");
  for (int i = 0; i <= 100; ++i) progress.update(i);
  progress.finish("2 skipped");
  progress.finish();
  progress.update(100);
  const std::string text = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(text.find("reading: 100 of 100 pictures (100 %), "), 0u) << text;
  EXPECT_NE(text.find(", 2 skipped\n"), std::string::npos) << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1) << text;
  EXPECT_EQ(text.find('\r'), std::string::npos);
}

TEST(Progress, QuietAndUnfinishedWorkPrintsNothing) {
  ::testing::internal::CaptureStderr();
  {
    Progress quiet("a", 10, "steps", true), broken_off("b", 10, "steps");
    quiet.update(5);
    quiet.finish();
    broken_off.update(5);
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace centigan
