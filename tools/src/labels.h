// Labels of the command line.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "command_line.h"

namespace centigan {

// What `--labels` says for `count` pictures of a network with these classes, float32 [count,classes]: classes by name
// or number, taken in turn (`cat`, `3`, `cat,dog`), or a .npy file with classes [N] or rows [N,classes], one-hot or
// soft. Not given: undefined.
torch::Tensor read_labels(const CommandLine& line, int64_t count, const std::vector<std::string>& classes);

// The number of a class by its name or, where none is called so, its number; -1: neither.
int64_t find_class(const std::string& word, const std::vector<std::string>& classes);

// Classes as one-hot rows.
torch::Tensor one_hot_rows(const torch::Tensor& classes_of_pictures, int64_t classes);

}  // namespace centigan
