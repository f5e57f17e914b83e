#include "centigan/core/signals.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <functional>

namespace centigan {
namespace {

// Wait status of a child that runs `work` with our handlers.
int status_of_child(const std::function<int()>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    install_signal_handlers();
    ::_exit(work());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

TEST(Signals, TheFirstStopOnlySetsAFlag) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const int status = status_of_child([signal] {
      const bool before = stop_requested() || stop_signal() != 0;
      ::raise(signal);
      return !before && stop_requested() && stop_signal() == signal ? 0 : 1;
    });
    EXPECT_EQ(status, 0);
  }
}

TEST(Signals, TheSecondStopEndsTheProcessByThatSignal) {
  const int status = status_of_child([] {
    ::raise(SIGTERM);
    ::raise(SIGINT);
    return 0;
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGINT);
}

TEST(Signals, ASaveRequestIsTakenOnceAndAPipeDoesNotKill) {
  const int status = status_of_child([] {
    if (take_save_request()) return 1;
    ::raise(SIGUSR1);
    if (!take_save_request() || take_save_request() || stop_requested()) return 2;
    int ends[2];
    if (::pipe(ends) != 0) return 3;
    ::close(ends[0]);
    return ::write(ends[1], "x", 1) == -1 ? 0 : 4;
  });
  EXPECT_EQ(status, 0);
}

TEST(Signals, HangUpIsIgnoredAwayFromATerminal) {
  const int status = status_of_child([] {
    ::close(STDIN_FILENO);
    ::close(STDERR_FILENO);
    install_signal_handlers();
    ::raise(SIGHUP);
    return 0;
  });
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace centigan
