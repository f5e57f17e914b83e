#include "centigan/core/child.h"

#include <c10/util/Exception.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <stdexcept>

namespace centigan {
namespace {

bool has_no_children() {
  return ::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD;
}

TEST(Child, ReturnsTextOfAnyLength) {
  const std::string text = std::string(3'000'000, 'x') + "\n\0end";
  const ChildResult result = run_in_child([&] { return text; }, 60);
  EXPECT_EQ(result.failure, "");
  EXPECT_TRUE(result.text == text);
  EXPECT_EQ(run_in_child([] { return ""; }, 60).failure, "");
  EXPECT_TRUE(has_no_children());
}

TEST(Child, ExceptionsAreMessagesOfOneLine) {
  const ChildResult plain = run_in_child([]() -> std::string { throw std::runtime_error("no luck\nat all"); }, 60);
  EXPECT_EQ(plain.failure, "no luck");
  EXPECT_TRUE(plain.threw);
  EXPECT_EQ(run_in_child([]() -> std::string { TORCH_CHECK(false, "a check"); }, 60).failure, "a check");
  EXPECT_EQ(run_in_child([]() -> std::string { throw 5; }, 60).failure, "an exception of unknown type");
  const auto uncaught = []() noexcept { return std::string("abc").substr(4); };
  EXPECT_NE(run_in_child(uncaught, 60).failure.find("substr"), std::string::npos);
}

TEST(Child, EndsOfAProcessAreNamed) {
  EXPECT_EQ(run_in_child([] { return ::raise(SIGSEGV), ""; }, 60).failure, "dies by signal 11 (SIGSEGV)");
  EXPECT_EQ(run_in_child([]() -> std::string { std::abort(); }, 60).failure, "dies by signal 6 (SIGABRT)");
  EXPECT_EQ(run_in_child([]() -> std::string { ::_exit(3); }, 60).failure, "ends the process (exit code 3)");
  EXPECT_TRUE(has_no_children());
}

TEST(Child, HangingWorkAndWhatItStartedAreKilled) {
  int alive[2];
  ASSERT_EQ(::pipe(alive), 0);
  const auto hang = [&]() -> std::string {
    ::fork();
    while (true) ::sleep(1);
  };
  EXPECT_EQ(run_in_child(hang, 1).failure, "does not end within 1 s");
  EXPECT_TRUE(has_no_children());
  ::close(alive[1]);
  char byte;
  EXPECT_EQ(::read(alive[0], &byte, 1), 0);  // nobody holds the other end any more
  ::close(alive[0]);
}

TEST(Child, AProcessThatWorkLeavesBehindHoldsNothingUp) {
  const auto start = std::chrono::steady_clock::now();
  const auto leave = []() -> std::string {
    if (::fork() == 0) ::sleep(300);
    return "done";
  };
  EXPECT_EQ(run_in_child(leave, 100).text, "done");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(90));
}

TEST(Child, ChangesNothingHere) {
  int value = 1;
  EXPECT_EQ(run_in_child([&] { return std::to_string(++value); }, 60).text, "2");
  EXPECT_EQ(value, 1);
}

}  // namespace
}  // namespace centigan
