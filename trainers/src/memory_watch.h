// How much memory tensors take, measured where they are allocated.
#pragma once
#include <memory>

namespace centigan {

// Counts the tensors that the thread which made it allocates and frees while it lives (and those of backward passes it
// starts), on any device. One at a time a thread.
class MemoryWatch {
 public:
  MemoryWatch();
  ~MemoryWatch();
  double peak_mb() const;  // most that lived at once beyond what there was before

 private:
  struct Counter;
  std::shared_ptr<Counter> counter_;
  struct Guard;
  std::unique_ptr<Guard> guard_;
  int log_level_;
};

}  // namespace centigan
