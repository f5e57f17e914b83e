// The mean style of a class: what truncation of a generator with classes pulls towards.
#pragma once
#include <torch/types.h>

#include "centigan/models/generator.h"

namespace centigan {

// [K,w_dim] for int64 classes [K]: means over fixed latents, a function of the weights alone.
torch::Tensor class_centres(Generator& generator, const torch::Tensor& classes);

// The same for labels c [N,c_dim], one-hot or soft: [N,1,w_dim].
torch::Tensor centres_of_labels(Generator& generator, const torch::Tensor& c);

}  // namespace centigan
