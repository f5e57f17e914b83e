// `centigan eval --compare`: numbers that were measured before, side by side.
#pragma once
#include <string>

namespace centigan {

// `list`: run folders or JSON-lines files, separated by commas, two at least. Says the newest number of every recipe
// that more than one of them has, and which recipes stand alone. Gives the exit code.
int compare_numbers(const std::string& list);

}  // namespace centigan
