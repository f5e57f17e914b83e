#include "time_limit.h"

#include <algorithm>

#include "centigan/core/clock.h"

namespace centigan {

// R1 and path length make some steps longer than others, so a long one is forgotten slowly. The first step of a process
// is the longest of all and must not count for ever.
constexpr double kForget = 0.998;

TimeLimit::TimeLimit(double seconds, Clock clock)
    : clock_(clock ? std::move(clock) : clock_seconds), seconds_(seconds), begun_(clock_()), step_begun_(begun_) {}

void TimeLimit::step_begins() {
  step_begun_ = clock_();
}

void TimeLimit::step_ended() {
  step_ = std::max(clock_() - step_begun_, kForget * step_);
}

// A save is given twice the time of the last one, and leaving the process up to two seconds.
bool TimeLimit::fits(double seconds) const {
  if (seconds_ <= 0.0) return true;
  const double leaving = std::min(2.0, 0.05 * seconds_);
  return clock_() - begun_ + seconds + 2.0 * save_ + leaving < seconds_;
}

}  // namespace centigan
