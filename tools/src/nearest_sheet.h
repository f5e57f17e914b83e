// The sheet of `centigan eval`.
#pragma once
#include <string>

#include "eval_metrics.h"

namespace centigan {

// Fakes above their nearest training pictures by features and, where the subject has them, by pixels: those that come
// nearest to copying first, then some at random. A PNG file; says so.
void write_nearest_sheet(const std::string& path, EvalSubject& s);

}  // namespace centigan
