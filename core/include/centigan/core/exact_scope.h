// Settings of a measurement, for a while.
#pragma once
#include <torch/types.h>

namespace centigan {

// While it lives: IEEE float32 (no TF32), `threads` threads an operator, no graph. What training had set comes back.
class ExactScope {
 public:
  explicit ExactScope(int threads);
  ~ExactScope();
  ExactScope(const ExactScope&) = delete;
  ExactScope& operator=(const ExactScope&) = delete;

 private:
  at::NoGradGuard no_grad_;
  int threads_;
  bool tf32_;
};

}  // namespace centigan
