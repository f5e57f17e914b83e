// Where features of training pictures are kept for next time.
#pragma once
#include <string>

#include "command_line.h"

namespace centigan {

// The flag --cache, else $XDG_CACHE_HOME/centigan or ~/.cache/centigan; "": nowhere.
std::string cache_folder(const CommandLine& line);

}  // namespace centigan
