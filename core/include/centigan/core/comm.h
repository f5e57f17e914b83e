// What several processes must agree on. One process is the trivial form; an engine over c10d comes behind the same
// names.
#pragma once
#include <torch/types.h>

namespace centigan {

class Comm {
 public:
  int rank() const { return 0; }
  int size() const { return 1; }
  bool leads() const { return rank() == 0; }  // writes files and logs
  void sum(torch::Tensor&) const {}           // in place over all processes
  bool any(bool flag) const { return flag; }  // maximum vote
  void barrier() const {}
};

}  // namespace centigan
