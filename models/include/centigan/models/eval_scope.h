// A network that is looked at in the middle of its training.
#pragma once
#include <torch/nn/module.h>

namespace centigan {

// While it lives the network is in eval mode; then it is again in the mode it was in.
class EvalScope {
 public:
  explicit EvalScope(torch::nn::Module& module) : module_(module), training_(module.is_training()) { module_.eval(); }
  ~EvalScope() { module_.train(training_); }
  EvalScope(const EvalScope&) = delete;
  EvalScope& operator=(const EvalScope&) = delete;

 private:
  torch::nn::Module& module_;
  bool training_;
};

}  // namespace centigan
