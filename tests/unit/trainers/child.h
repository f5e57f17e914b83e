// A training in another process, to be killed, signalled and waited for.
#pragma once
#include <sys/types.h>

#include <string>

namespace centigan {

// Starts this test program again; the child trains tiny_config("lite", out, steps) saving every five steps. Given
// `eval_kimg`, it evaluates there, for ten minutes.
class ChildTraining {
 public:
  ChildTraining(const std::string& out, int64_t steps, double eval_kimg = 0);
  ~ChildTraining();
  void signal(int number) const;
  // Exit status, or minus the signal that ended it.
  int wait();
  bool ended();

 private:
  pid_t pid_;
  int status_ = 0;
  bool waited_ = false;
};

}  // namespace centigan
