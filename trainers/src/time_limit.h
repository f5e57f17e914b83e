// The time that a process may take, and whether another step fits into it.
#pragma once
#include <functional>

namespace centigan {

class TimeLimit {
 public:
  using Clock = std::function<double()>;  // seconds that never go backwards
  // `seconds` from now; 0: no limit.
  explicit TimeLimit(double seconds, Clock clock = {});

  // Around the work between two decisions; its longest durations of late are what the next one may take.
  void step_begins();
  void step_ended();
  void saved(double seconds) { save_ = seconds; }

  // Another step and a save after it may not fit.
  bool reached() const { return !fits(step_); }
  // Work of so many seconds and a save after it may not fit.
  bool fits(double seconds) const;

 private:
  Clock clock_;
  double seconds_, begun_, step_begun_, step_ = 0.0, save_ = 1.0;
};

}  // namespace centigan
