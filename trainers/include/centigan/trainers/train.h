// THE loop: every run goes through it.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "centigan/core/snapshot.h"
#include "centigan/models/official.h"
#include "centigan/trainers/metric.h"
#include "centigan/trainers/objective.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

enum class TrainEnd { kFinished, kAlreadyFinished, kStopped, kTimeLimit };

struct TrainOptions {
  bool dry_run = false;          // print options, networks, memory and time estimate; write nothing
  bool quiet = false;            // no progress and no lines on stdout; log.txt is written all the same
  int64_t max_steps = 0;         // end after this many steps as a signal would (saving); 0: no limit
  double time_limit = 0;         // seconds; ends, saving, while another step and a save would still fit; 0: no limit
  std::string weights_dir = {};  // folder of the metric network, where it is not in its usual places
  MetricFactory metric = {};     // measured instead of trainer.metric
  std::vector<std::string> opening = {};  // lines for the start of the log: what the preset auto chose
};

// What is trained, built from a configuration.
struct TrainParts {
  std::shared_ptr<Objective> objective;
  std::shared_ptr<Dataset> data;                           // null: the objective takes no reals (distill)
  DataReport data_report;                                  // what was met while opening `data`; goes to the log
  std::shared_ptr<Dataset> holdout = nullptr;              // never trained on, scored at ticks; null: none
  std::shared_ptr<Discriminator> discriminator = nullptr;  // scores them; null: nothing is scored
  std::shared_ptr<Generator>
      generator;  // draws the sample sheets, with its average if it is trained with one; null: none
  std::vector<std::string> class_names = {};  // of model.classes; empty without
};
using PartsFactory = std::function<TrainParts(const TrainConfig& config, torch::Device device)>;

// Data, networks and objective as the configuration names them: what `train` uses.
TrainParts make_parts(const TrainConfig& config, torch::Device device);

// Trains, or resumes config.out if it holds a run of the same configuration (other configuration: usage error that
// lists the differences; only the length may grow, and what does not change the networks may change: threads, cadence
// of ticks, sheets and checkpoints, device). A prolonged run takes the learning rates of the longer run from where it
// stands. kStopped: a signal ended it after saving, kTimeLimit:
// TrainOptions::time_limit did; the log says how to go on. Patience without a better number ends in kFinished.
TrainEnd train(TrainConfig config, const TrainOptions& options);

// The same loop with networks, objective and data of the caller's making.
TrainEnd train_with(TrainConfig config, const TrainOptions& options, const PartsFactory& make);

// A trained run, opened for use: networks with the averaged weights.
struct Run {
  TrainConfig config;
  std::shared_ptr<Generator> generator;          // G_ema, eval mode
  std::shared_ptr<Discriminator> discriminator;  // null if the run has none
  int64_t images = 0;
  std::string checkpoint;                // file it came from
  std::vector<std::string> class_names;  // of config.model.classes; empty without
};

// What `from` holds: a run folder (newest valid checkpoint), a checkpoint file, or a .safetensors file with the
// official names of a published implementation. `file` gets the name of the file that was read.
Snapshot read_run(const std::string& from, std::string* file = nullptr);

// Networks that were not trained here as a checkpoint after 0 pictures, which open_run and TrainerConfig::init take.
Snapshot checkpoint_of(const OfficialWeights& weights);

// The names of a checkpoint's classes: those of its pictures, numbers where it has none; empty without classes.
std::vector<std::string> class_names_of(const Snapshot& snapshot);

// Which pictures a configuration trains on: without labels where its networks have no classes.
DataConfig data_config_of(const TrainConfig& config);

// The configuration that a checkpoint was made with; `source` names it in errors.
TrainConfig config_of(const Snapshot& snapshot, const std::string& source);

// `from` as read_run takes it.
Run open_run(const std::string& from);

// The checkpoint file that `from` means: itself, or the newest valid one of a run folder. Neither: Error.
std::string find_checkpoint(const std::string& from);

// One hash over networks, averages, optimizers, counters and random state of a checkpoint; log sums and times are left
// out.
std::string state_hash(const Snapshot& snapshot);

}  // namespace centigan
