// Work that may crash, abort or hang, done in a copy of this process.
#pragma once
#include <functional>
#include <string>

namespace centigan {

struct ChildResult {
  std::string text;     // what the work returned
  std::string failure;  // "" if it came back, else how it ended: "dies by signal 11 (SIGSEGV)"
  bool threw = false;   // `failure` is the message of an exception, in one line
};

// Runs `work` in a forked child without output of its own and waits for it, at most `seconds`; then, or when a signal
// asks this process to stop, the child and what it started are killed. Leaves no process behind. The child sees
// memory as it is now and only the calling thread: call it before threads of LibTorch work.
ChildResult run_in_child(const std::function<std::string()>& work, double seconds);

}  // namespace centigan
