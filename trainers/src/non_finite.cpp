#include "non_finite.h"

#include "centigan/core/error.h"
#include "centigan/core/log.h"

namespace centigan {

bool NonFinite::accept(bool finite, const Phase& phase, const StepInfo& info) {
  if (finite) {
    in_a_row_ = 0;
    return true;
  }
  ++skipped_, ++in_a_row_;
  const std::string where = "step " + std::to_string(info.step) + ", " + phase.name;
  if (in_a_row_ >= 5)
    fail("train", where, "loss or gradient is not finite, the fifth time in a row",
         "the last checkpoint is good; lower the learning rates or raise loss.r1_gamma, and use another --out");
  warn("train: " + where + ": loss or gradient is not finite; this update is dropped");
  return false;
}

void NonFinite::save(Snapshot& snapshot) const {
  snapshot.put("counters/non_finite", skipped_);
  snapshot.put("counters/non_finite_in_a_row", in_a_row_);
}

void NonFinite::load(const Snapshot& snapshot) {
  skipped_ = snapshot.integer("counters/non_finite");
  in_a_row_ = snapshot.integer("counters/non_finite_in_a_row");
}

}  // namespace centigan
