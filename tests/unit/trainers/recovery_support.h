// What tests of setbacks share.
#pragma once
#include <functional>

#include "recovery.h"
#include "tiny.h"

namespace centigan {

// Path length and R1 in phases of their own.
inline TrainConfig recovery_config(const std::string& out, int64_t steps = 40) {
  TrainConfig config = tiny_config("lite", out, steps);
  config.loss.pl_weight = 1.0, config.loss.pl_interval = 8;
  return config;
}

inline Snapshot newest_state(const TrainConfig& config) {
  return read_checkpoint(find_checkpoint(config.out));
}

// A checkpoint like the newest one of `from`, with changes.
inline void write_changed(const TrainConfig& from, const std::string& to,
                          const std::function<void(Snapshot&)>& change) {
  Snapshot snapshot = newest_state(from);
  change(snapshot);
  std::filesystem::create_directories(to + "/checkpoints");
  const std::string name = std::filesystem::path(find_checkpoint(from.out)).filename();
  write_checkpoint(to + "/checkpoints/" + name, snapshot, snapshot.integer("counters/step"));
}

}  // namespace centigan
