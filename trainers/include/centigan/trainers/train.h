// THE loop: every run goes through it.
#pragma once
#include <string>

#include "centigan/core/snapshot.h"
#include "centigan/trainers/train_config.h"

namespace centigan {

enum class TrainEnd { kFinished, kAlreadyFinished, kStopped };

struct TrainOptions {
  bool dry_run = false;  // print options, networks, memory and time estimate; write nothing
  bool quiet = false;
};

// Trains, or resumes config.out if it holds a run of the same configuration (other configuration: usage error that lists
// the differences). kStopped: a signal ended it after saving; the log says how to go on.
TrainEnd train(TrainConfig config, const TrainOptions& options);

// A trained run, opened for use: networks with the averaged weights.
struct Run {
  TrainConfig config;
  std::shared_ptr<Generator> generator;          // G_ema, eval mode
  std::shared_ptr<Discriminator> discriminator;
  int64_t images = 0;
  std::string checkpoint;                        // file it came from
};

// `from`: a run folder (newest valid checkpoint) or a checkpoint file.
Run open_run(const std::string& from);

}  // namespace centigan
