#include "centigan/core/child.h"

#include <c10/util/Exception.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <exception>

#include "centigan/core/error.h"
#include "centigan/core/signals.h"

namespace centigan {
namespace {

constexpr char kReturned = 'r', kThrew = 'e';
constexpr int kWaitMs = 20;

int report_to = -1;  // in the child: the pipe to the parent

void write_all(const std::string& text) {
  for (size_t done = 0; done < text.size();) {
    const ssize_t n = ::write(report_to, text.data() + done, text.size() - done);
    if (n < 0 && errno != EINTR) return;
    if (n > 0) done += static_cast<size_t>(n);
  }
}

[[noreturn]] void end_child(char kind, const std::string& text) {
  write_all(kind + text);
  ::_exit(0);  // neither this program's nor the work's exit handlers
}

std::string message_of_current() {
  try {
    throw;
  } catch (const c10::Error& error) {
    return error.what_without_backtrace();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "an exception of unknown type";
  }
}

std::string one_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

// An exception that nobody catches, such as one of a library's constructor.
[[noreturn]] void on_terminate() {
  if (std::current_exception()) end_child(kThrew, one_line(message_of_current()));
  std::abort();
}

void calm_child() {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  for (const int signal : {SIGTERM, SIGINT, SIGUSR1}) std::signal(signal, SIG_DFL);
  const int nowhere = ::open("/dev/null", O_RDWR);
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) ::dup2(nowhere, stream);
  std::set_terminate(on_terminate);
}

[[noreturn]] void child(const std::function<std::string()>& work) {
  calm_child();
  try {
    end_child(kReturned, work());
  } catch (...) {
    end_child(kThrew, one_line(message_of_current()));
  }
}

std::string signal_name(int signal) {
  const char* name = ::sigabbrev_np(signal);
  return name ? "SIG" + std::string(name) : "unknown";
}

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status))
    return "dies by signal " + std::to_string(WTERMSIG(status)) + " (" + signal_name(WTERMSIG(status)) + ")";
  return "ends the process (exit code " + std::to_string(WEXITSTATUS(status)) + ")";
}

// What the parent knows of a child that runs.
class Watch {
 public:
  Watch(pid_t child, int pipe, double seconds) : child_(child), pipe_(pipe), seconds_(seconds) {}

  ChildResult result() {
    const std::string failure = wait();
    ::kill(-child_, SIGKILL);  // also what the child started
    if (status_ < 0)
      while (::waitpid(child_, &status_, 0) < 0 && errno == EINTR) continue;
    while (read_some()) continue;
    ::close(pipe_);
    if (!text_.empty() && text_[0] == kReturned) return {text_.substr(1), "", false};
    if (!text_.empty()) return {"", text_.substr(1), true};
    return {"", failure.empty() ? how_it_ended(status_) : failure, false};
  }

 private:
  // "" once the child has ended by itself.
  std::string wait() {
    const auto start = std::chrono::steady_clock::now();
    while (::waitpid(child_, &status_, WNOHANG) == 0) {
      status_ = -1;
      pollfd ready = {pipe_, POLLIN, 0};
      if (::poll(&ready, 1, kWaitMs) > 0 && !read_some()) ::usleep(1000);
      if (stop_requested()) return "was interrupted";
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start;
      if (passed.count() > seconds_) return "does not end within " + std::to_string(static_cast<int>(seconds_)) + " s";
    }
    return "";
  }

  bool read_some() {
    char buffer[65536];
    const ssize_t n = ::read(pipe_, buffer, sizeof buffer);
    if (n > 0) text_.append(buffer, static_cast<size_t>(n));
    return n > 0;
  }

  const pid_t child_;
  const int pipe_;
  const double seconds_;
  int status_ = -1;
  std::string text_;
};

}  // namespace

ChildResult run_in_child(const std::function<std::string()>& work, double seconds) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0)
    return {"", std::string("cannot be started (") + std::strerror(errno) + ")", false};
  const pid_t pid = ::fork();
  if (pid == 0) {
    report_to = ends[1];
    child(work);
  }
  ::close(ends[1]);
  if (pid < 0) {
    ::close(ends[0]);
    return {"", std::string("cannot be started (") + std::strerror(errno) + ")", false};
  }
  ::fcntl(ends[0], F_SETFL, O_NONBLOCK);  // a grandchild may hold the other end open
  return Watch(pid, ends[0], seconds).result();
}

}  // namespace centigan
