#include "memory_watch.h"

#include <c10/core/Allocator.h>
#include <c10/util/Logging.h>
#include <c10/util/ThreadLocalDebugInfo.h>

#include <algorithm>

namespace centigan {

// The hook that LibTorch's allocators have for profilers.
struct MemoryWatch::Counter final : c10::MemoryReportingInfoBase {
  void reportMemoryUsage(void*, int64_t size, size_t, size_t, c10::Device) override {
    live += size;
    peak = std::max(peak, live);
  }
  bool memoryProfilingEnabled() const override { return true; }
  int64_t live = 0, peak = 0;
};

struct MemoryWatch::Guard {
  c10::DebugInfoGuard guard;
};

// LibTorch warns about tensors that are freed here and were made before, which is what is meant.
MemoryWatch::MemoryWatch()
    : counter_(std::make_shared<Counter>()),
      guard_(new Guard{{c10::DebugInfoKind::PROFILER_STATE, counter_}}),
      log_level_(FLAGS_caffe2_log_level) {
  constexpr int kErrors = 2;
  FLAGS_caffe2_log_level = std::max(log_level_, kErrors);
}

MemoryWatch::~MemoryWatch() {
  FLAGS_caffe2_log_level = log_level_;
}

double MemoryWatch::peak_mb() const {
  return static_cast<double>(counter_->peak) / (1 << 20);
}

}  // namespace centigan
