// How a run gets over what would end it: it goes back to its last good state and changes one thing.
#pragma once
#include <cstdint>
#include <string>

#include "centigan/core/error.h"
#include "centigan/core/memory.h"
#include "centigan/core/snapshot.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

// Thrown where a step cannot go on.
class Setback : public Error {
 public:
  enum Cause { kNotFinite, kMemory };
  // `where`: "step 12, Gmain".
  Setback(Cause cause, const std::string& where, const std::string& what);
  Cause cause() const { return cause_; }
  const std::string& where() const { return where_; }
  const std::string& what_happened() const { return what_; }

 private:
  Cause cause_;
  std::string where_, what_;
};

// What a run has changed about itself; part of its state.
struct Recovery {
  int64_t rollbacks = 0;  // because of values that were not finite
  int64_t pieces = 1;     // that a batch is cut into: more where memory ran out

  double lr_factor() const;     // half for each rollback
  int64_t index_shift() const;  // of the pictures of random streams: other pictures and draws after each rollback

  void save(Snapshot& snapshot) const;
  void load(const Snapshot& snapshot);  // what older checkpoints do not say stays
};

// What to change after a setback. Error where nothing is left to change, or trainer.on_non_finite wants none.
Recovery recover(Recovery now, const Setback& setback, const TrainConfig& config);

// What became other by recover(), for the log: "pieces of 4 pictures". And what a resumed run keeps of it: ", with …"
// or nothing.
std::string what_changed(const Setback& setback, const Recovery& now, const TrainConfig& config);
std::string kept_changes(const Recovery& now, const TrainConfig& config);

// The next cut of a batch into pieces at most half as large; 0: what must stay together would be cut.
int64_t finer_pieces(const TrainConfig& config, int64_t pieces);

// Runs `work`; memory that runs out in it is a Setback.
template <class Work>
auto within_memory(const std::string& where, const Work& work) {
  try {
    return work();
  } catch (const Error&) {
    throw;
  } catch (...) {
    if (const auto amount = memory_shortage(std::current_exception()))
      throw Setback(Setback::kMemory, where, "out of memory" + *amount);
    throw;
  }
}

}  // namespace centigan
