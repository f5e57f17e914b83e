// Distance of two pictures over the inner maps of a network (Zhang et al., 2018).
#pragma once
#include <torch/types.h>

#include <vector>

namespace centigan {

// a, b: maps [N,C,H,W] of a network's layers for N pairs of pictures. Each position is scaled to length 1 over its
// channels; squared differences are weighted by channel (weights[l] [C], or 1/C where `weights` is empty), averaged
// over space and summed over layers: float64 [N]. Equal maps give exactly 0. Different shapes: Error.
torch::Tensor perceptual_distance(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b,
                                  const std::vector<torch::Tensor>& weights = {});

}  // namespace centigan
