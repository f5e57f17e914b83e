// Choosing pictures of a set: by number, by share, by name.
#pragma once
#include <string>
#include <vector>

#include "centigan/data/dataset.h"

namespace centigan {

// Indices into `names` (in the order of the set) that config.subset means, ascending; all if it is empty.
std::vector<size_t> chosen_subset(const std::vector<std::string>& names, const DataConfig& config);

// SHA-256 over names, sizes and pixels (their hashes where those are known), and over the labels where there are some.
std::string fingerprint_of(const Dataset& dataset);
std::string with_labels(const std::string& fingerprint, const Dataset& dataset);

}  // namespace centigan
