// Updates with NaN or infinities: each is dropped and counted; too many are a setback.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "centigan/trainers/objective.h"

namespace centigan {

class NonFinite {
 public:
  // `endless`: however many there are, it goes on.
  explicit NonFinite(bool endless) : endless_(endless) {}
  // An update of `phase` that can be made.
  void good(const Phase& phase);
  // One that is dropped; `what` names the losses. Setback: the fifth of this phase in a row, or the tenth step of the
  // last 1,000.
  void bad(const Phase& phase, const StepInfo& info, const std::string& what);
  // Counts towards a setback begin again.
  void begin_anew() { in_a_row_.clear(), steps_.clear(); }
  int64_t skipped() const { return skipped_; }
  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);

 private:
  void note_step(int64_t step);

  bool endless_;
  int64_t skipped_ = 0;
  std::map<std::string, int64_t> in_a_row_;  // of each phase, where not 0
  std::vector<int64_t> steps_;               // of the last 1,000 that had one
};

}  // namespace centigan
