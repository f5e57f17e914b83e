// What a run says about itself at every tick: a line of the log, a line of stats.jsonl, scalars for TensorBoard.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "centigan/trainers/tfevents.h"
#include "training.h"

namespace centigan {

class Status {
 public:
  // Files go to `folder`.
  Status(const TrainConfig& config, Training& training, std::string folder);

  // A process begins or goes on after `images` pictures and `seconds` of training.
  void begin(int64_t images, double seconds);
  // Drops what a killed run wrote after its last checkpoint (it is going to be written again) and opens the event file.
  void open_files();
  // Writes what happened since the last tick -> its line for the log.
  std::string tick(const StepInfo& done, double seconds);
  // So many seconds went to something else than training, and are not in the rate of the next tick.
  void leave_out(double seconds) { seconds_ += seconds; }
  // A number that is not measured at every tick: to the event file alone.
  void event(int64_t images, const std::string& name, double value) { events_->add_scalars(images, {{name, value}}); }
  // The newest values in short, for the progress bar.
  const std::string& note() const { return note_; }

 private:
  void write(const StepInfo& done, double seconds, double rate, std::map<std::string, double>& values);

  const TrainConfig& config_;
  Training& training_;
  std::string folder_, note_;
  std::unique_ptr<EventWriter> events_;
  int64_t images_ = 0;  // at the last tick
  double seconds_ = 0.0;
};

}  // namespace centigan
