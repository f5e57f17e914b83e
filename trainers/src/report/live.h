// The report of a run while it is trained.
#pragma once
#include <string>

#include "../training.h"
#include "centigan/trainers/report.h"
#include "time_share.h"

namespace centigan {

// Writes RUN/report.html. Nothing of it may end a run: what fails is one warning.
class LiveReport {
 public:
  LiveReport(const TrainConfig& config, Training& training, std::string folder);
  double seconds() const { return time_.spent(); }  // that pages have taken in this process
  // After a tick: anew, unless that would take more than a hundredth of this process's time.
  void tick();
  // The process ends. `finished`: so does the run; what is drawn seldom is drawn for the last time.
  void close(bool finished);

 private:
  void attempt(bool finished, int64_t refresh_seconds);
  void write(bool finished, int64_t refresh_seconds);
  void add_facts(RunRecord& record);
  void draw(RunRecord& record);

  const TrainConfig& config_;
  Training& training_;
  const std::string folder_;
  double ticked_;
  TimeShare time_;
  size_t sheets_ = 0;  // in the time-lapse
  bool warned_ = false;
};

}  // namespace centigan
