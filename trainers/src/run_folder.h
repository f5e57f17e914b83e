// A run on disk: its folder, lock, configuration and file names.
#pragma once
#include <optional>
#include <string>

#include "centigan/trainers/train_config.h"

namespace centigan {

// Before anything is built: names config.out if it is empty (next free runs/NNNNN-data-model), and if it holds a run,
// takes over what `config` leaves to defaults and compares the rest. Usage errors: other configuration, a folder with
// foreign files. Writes nothing. Returns true if there is a run to go on with.
bool settle_run(TrainConfig& config);

// The fingerprint of the data that a config.txt begins with; none in one that no run has written.
std::optional<std::string> stored_fingerprint(const std::string& config_text);

// Holds the lock of a run folder as long as it lives.
class RunFolder {
 public:
  // Creates the folder if needed, locks it (a live holder: Error that names host and process) and writes config.txt
  // with the fingerprint of the data as a comment. A run on other data: usage error, nothing is written.
  RunFolder(TrainConfig& config, const std::string& fingerprint);

  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::string checkpoints() const { return file("checkpoints"); }
  const std::string& path() const { return path_; }

 private:
  struct Lock {
    ~Lock();
    int file = -1;
  };
  void take_lock();
  std::string path_;
  Lock lock_;
};

}  // namespace centigan
