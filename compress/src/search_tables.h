// What a search prints.
#pragma once
#include <string>
#include <vector>

#include "evolution.h"

namespace centigan {

// Every gene with its values, and what the smallest and the widest student cost.
std::vector<std::string> space_table(const SearchSpace& space, const DeviceBudget& budget);

// The first few of candidates that are sorted, and the budget below them.
std::vector<std::string> best_table(const SearchSpace& space, const std::vector<Candidate>& sorted,
                                    const DeviceBudget& budget);

}  // namespace centigan
