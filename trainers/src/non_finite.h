// The policy for NaN and infinities: the update is dropped and counted; five in a row end the run.
#pragma once
#include <cstdint>

#include "centigan/trainers/objective.h"

namespace centigan {

class NonFinite {
 public:
  // True: the update may be made. Errors when a network has had five bad ones in a row.
  bool accept(bool finite, const Phase& phase, const StepInfo& info);
  int64_t skipped() const { return skipped_; }
  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);

 private:
  int64_t skipped_ = 0, in_a_row_ = 0;
};

}  // namespace centigan
