#include "centigan/core/signals.h"

#include <unistd.h>

#include <csignal>
#include <initializer_list>

namespace centigan {
namespace {

volatile std::sig_atomic_t stop_asked = 0, save_asked = 0;

// The second request ends the process at once, by that signal, so that the caller sees the true reason.
void on_stop(int signal) {
  if (stop_asked != 0) {
    std::signal(signal, SIG_DFL);  // delivered when this handler returns and unblocks it
    ::raise(signal);
  }
  stop_asked = signal;
}

void on_save(int) {
  save_asked = 1;
}

void handle(int signal, void (*handler)(int)) {
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

void install_signal_handlers() {
  stop_asked = save_asked = 0;
  for (const int signal : {SIGTERM, SIGINT}) handle(signal, on_stop);
  handle(SIGUSR1, on_save);
  handle(SIGPIPE, SIG_IGN);
  if (!::isatty(STDIN_FILENO) && !::isatty(STDERR_FILENO)) handle(SIGHUP, SIG_IGN);
}

bool stop_requested() {
  return stop_asked != 0;
}
int stop_signal() {
  return stop_asked;
}

bool take_save_request() {
  if (save_asked == 0) return false;
  save_asked = 0;
  return true;
}

}  // namespace centigan
