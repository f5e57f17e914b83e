// Lists of numbers on the command line.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "command_line.h"

namespace centigan {

// "0-63", "7", "0,4,8-11": numbers below 2^63, at most a million; usage error of the verb's flag `name` otherwise.
std::vector<uint64_t> number_list(const CommandLine& line, const std::string& name);

}  // namespace centigan
