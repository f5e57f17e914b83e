// Spans of time on the command line.
#pragma once
#include "command_line.h"

namespace centigan {

// Seconds of `--name`: numbers with the units d, h, m, s, such as 90m, 1h30m or 5400s. 0 if it is not given.
double duration_of(const CommandLine& line, const std::string& name);

}  // namespace centigan
