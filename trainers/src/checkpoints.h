// The checkpoints of a run: written, verified, thinned out, found again.
#pragma once
#include <string>

#include "centigan/core/snapshot.h"

namespace centigan {

class Checkpoints {
 public:
  // Names are the pictures seen, NNNNNNN.h5. The newest `keep` stay, and of the older ones the first after each
  // multiple of `every` pictures (0: none).
  Checkpoints(std::string folder, int64_t keep, int64_t every = 0);
  // Writes, reads back, and only then removes older ones. Errors leave the older ones.
  std::string save(const Snapshot& snapshot, int64_t images, int64_t step);
  // The newest valid one, "" if there is none; damaged newer ones are named in the log.
  std::string newest() const;

 private:
  void thin_out() const;
  std::string folder_;
  int64_t keep_, every_;
};

}  // namespace centigan
