// The layers of a network as `--dry-run` prints them.
#pragma once
#include "centigan/trainers/objective.h"

namespace centigan {

// A line for each layer: name, shape of its largest parameter, parameters, values in buffers, whether it is frozen; and
// the sums.
void print_layers(const Trained& trained);

}  // namespace centigan
