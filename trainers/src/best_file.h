// best.h5 of a run folder: a second name of the checkpoint with the best number.
#pragma once
#include <optional>
#include <string>

#include "centigan/trainers/scores.h"

namespace centigan {

// Makes `checkpoint` the best.h5 of `run`, by a hard link or, where there are none, by a copy; synced and renamed.
void keep_best_file(const std::string& checkpoint, const std::string& run);

}  // namespace centigan
