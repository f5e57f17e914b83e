// Labels of the command line.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "command_line.h"

namespace centigan {

// What `--labels` says for `count` pictures of a network with `classes` classes, float32 [count,classes]: one class for
// all as a number, or a .npy file with classes [N] or rows [N,classes], one-hot or soft. Not given: undefined.
torch::Tensor read_labels(const CommandLine& line, int64_t count, int64_t classes);

// Classes as one-hot rows.
torch::Tensor one_hot_rows(const torch::Tensor& classes_of_pictures, int64_t classes);

}  // namespace centigan
