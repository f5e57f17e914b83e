#include "centigan/core/log.h"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <limits>

#include "centigan/core/file.h"
#include "test_support.h"

namespace centigan {
namespace {

TEST(Log, LinesGoToStdoutAndFile) {
  const test::TempFolder folder;
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  say("before");
  open_log(folder / "log.txt");
  say("one\ttwo");
  say("escape \x1b[2J");
  set_quiet(true);
  say("quiet");
  set_quiet(false);
  const int64_t before = warning_count();
  warn("careful (log test)");
  warn("careful (log test)");
  EXPECT_EQ(warning_count(), before + 2);
  close_log();
  say("after");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "before\none\ttwo\nescape \\x1b[2J\nafter\n");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "warning: careful (log test)\n");
  EXPECT_EQ(read_text(folder / "log.txt", "test"), "one\ttwo\nescape \\x1b[2J\nquiet\nwarning: careful (log test)\n");
}

TEST(Log, AnExistingLogIsContinuedAndABadPathIsNamed) {
  const test::TempFolder folder;
  write_text_atomically(folder / "log.txt", "old\n", "test");
  set_quiet(true);
  open_log(folder / "log.txt");
  say("new");
  close_log();
  set_quiet(false);
  EXPECT_EQ(read_text(folder / "log.txt", "test"), "old\nnew\n");
  test::expect_error([&] { open_log(folder / "none/log.txt"); }, "cannot open (No such file");
}

TEST(Json, NumbersKeepTheirBitsAndTextsAreEscaped) {
  const double third = 1.0 / 3.0, inf = std::numeric_limits<double>::infinity();
  const std::string line = json_line(
      {{"i", int64_t{-5}}, {"x", third}, {"n", std::nan("")}, {"p", inf}, {"m", -inf}, {"t", "a\"b\\\n\x01é\xff"}});
  EXPECT_EQ(line,
            "{\"i\": -5, \"x\": 0.33333333333333331, \"n\": \"nan\", \"p\": \"inf\", \"m\": \"-inf\", "
            "\"t\": \"a\\\"b\\\\\\n\\u0001é\\\\xff\"}\n");
  EXPECT_EQ(std::strtod(line.c_str() + line.find("0.3"), nullptr), third);
  EXPECT_EQ(json_line({}), "{}\n");
}

TEST(Jsonl, ATornLastLineIsCut) {
  const test::TempFolder folder;
  repair_jsonl(folder / "none.jsonl");
  append_jsonl(folder / "a.jsonl", {{"tick", int64_t{1}}});
  append_jsonl(folder / "a.jsonl", {{"tick", int64_t{2}}});
  const std::string whole = read_text(folder / "a.jsonl", "test");
  EXPECT_EQ(whole, "{\"tick\": 1}\n{\"tick\": 2}\n");
  write_text_atomically(folder / "a.jsonl", whole + "{\"tick\": 3", "test");
  repair_jsonl(folder / "a.jsonl");
  EXPECT_EQ(read_text(folder / "a.jsonl", "test"), whole);
  repair_jsonl(folder / "a.jsonl");
  EXPECT_EQ(read_text(folder / "a.jsonl", "test"), whole);
  write_text_atomically(folder / "a.jsonl", "{\"ti", "test");
  repair_jsonl(folder / "a.jsonl");
  EXPECT_EQ(read_text(folder / "a.jsonl", "test"), "");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.jsonl"});
}

TEST(Jsonl, AFullDiskCostsTheLineAndAWarningOnly) {
  const test::TempFolder folder;
  append_jsonl(folder / "a.jsonl", {{"text", std::string(90, 'x')}});
  const std::string before = read_text(folder / "a.jsonl", "test");
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit bounds{130, 130};
    ::setrlimit(RLIMIT_FSIZE, &bounds);
    ::testing::internal::CaptureStderr();
    const int64_t warnings = warning_count();
    append_jsonl(folder / "a.jsonl", {{"text", std::string(90, 'y')}});
    const std::string text = ::testing::internal::GetCapturedStderr();
    ::_exit(warning_count() == warnings + 1 && text.find("a line is lost") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(read_text(folder / "a.jsonl", "test"), before);
}

TEST(Jsonl, ALineReadsBackAsItWasWritten) {
  const JsonFields fields = {{"images", int64_t{800}},
                             {"loss", 0.59517718374729156},
                             {"small", -1.5e-300},
                             {"recipe", std::string("FID[\"x\\y\";\xc3\xa9]=1")},
                             {"bad", std::nan("")}};
  const auto read = parse_json_line(json_line(fields));
  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), fields.size());
  for (size_t i = 0; i + 1 < fields.size(); ++i) EXPECT_EQ((*read)[i], fields[i]);
  EXPECT_EQ(read->back().second, JsonValue(std::string("nan")));
  EXPECT_TRUE(parse_json_line(" { } ")->empty());
}

TEST(Jsonl, WhatIsNoFlatObjectIsNotRead) {
  for (const char* line : {"", "{", "{\"a\": 1", "{\"a\": }", "{\"a\": 1} x", "[1]", "{\"a\": {}}", "{\"a\": true}",
                           "{\"a\": 1-2}", "{\"a\": 1, \"a\": 2}", "{\"a\": \"b}", "{\"a\": .}"})
    EXPECT_FALSE(parse_json_line(line)) << line;
}

}  // namespace
}  // namespace centigan
