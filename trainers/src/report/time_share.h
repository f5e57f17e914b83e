// Work that must not take more than a share of a process's time.
#pragma once
#include <algorithm>

namespace centigan {

class TimeShare {
 public:
  TimeShare(double share, double begun) : share_(share), begun_(begun) {}
  // Whether it may be done again: for the first time always, then if the longest so far still fits.
  bool allows(double now) const { return longest_ == 0 || spent_ + longest_ <= share_ * (now - begun_); }
  void spend(double seconds) { spent_ += seconds, longest_ = std::max(longest_, seconds); }
  double spent() const { return spent_; }

 private:
  double share_, begun_, spent_ = 0, longest_ = 0;
};

}  // namespace centigan
