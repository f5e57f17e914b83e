// What a run says about itself at every tick: a line of the log, a line of stats.jsonl, scalars for TensorBoard.
#pragma once
#include <map>
#include <memory>
#include <string>

#include "centigan/trainers/tfevents.h"
#include "held_out.h"
#include "training.h"

namespace centigan {

using StatusValues = std::map<std::string, double>;

// "45s", "12m05s", "1h02m", "3d04h".
std::string short_duration(double seconds);

// The line of a tick and its end, what the discriminator says and how augmentation stands, from the names that
// stats.jsonl has. At most 140 columns for any run of sense. What is not there is left out.
std::string status_line(const StatusValues& values, double kimg);
std::string status_note(const StatusValues& values);

class Status {
 public:
  // Files go to `folder`.
  Status(const TrainConfig& config, Training& training, std::string folder);

  // A process begins or goes on after `images` pictures and `seconds` of training.
  void begin(int64_t images, double seconds);
  // Drops what a killed run wrote after its last checkpoint (it is going to be written again), opens the event file and
  // writes the names of chosen pictures.
  void open_files();
  // Writes what happened since the last tick -> its line for the log.
  std::string tick(const StepInfo& done, double seconds, double report_seconds);
  // So many seconds went to something else than training, and are not in the rate of the next tick.
  void leave_out(double seconds) { seconds_ += seconds; }
  // A number that is not measured at every tick: to the event file alone.
  void event(int64_t images, const std::string& name, double value) { events_->add_scalars(images, {{name, value}}); }
  // The newest values in short, for the progress bar.
  const std::string& note() const { return note_; }

 private:
  void write_names() const;
  void add_times(const StepInfo& done, double seconds, StatusValues& values) const;

  const TrainConfig& config_;
  Training& training_;
  HeldOutScores held_out_;
  std::string folder_, note_;
  std::unique_ptr<EventWriter> events_;
  int64_t images_ = 0;  // at the last tick
  double seconds_ = 0.0;
};

}  // namespace centigan
