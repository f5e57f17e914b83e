// A smaller student cut out of a lite generator, as a start for distillation.
#pragma once
#include <cstdint>
#include <memory>
#include <string>

#include "centigan/models/lite.h"

namespace centigan {

// Why a generator of `student` cannot be cut out of one of `teacher`: "" if it can. Both have the same layers; only
// widths and w_dim may be smaller.
std::string prune_obstacle(const ModelConfig& teacher, const ModelConfig& student);

// How much the picture and its answer to small steps of the latent change when a channel goes: [channels] for every
// layer that makes channels (toRGB: undefined). In first order: the squared change of the pictures, and of their
// differences along random directions, by the derivatives of both with respect to what reads the channel (in the manner
// of Molchanov et al., 2019, with the content-aware view of Liu et al., 2021: what the latent does not move counts
// less), each as a share of the layer's sum, added. Latents of (seed, "prune").
std::vector<torch::Tensor> channel_responses(LiteGenerator& teacher, uint64_t seed, int64_t probes = 24);

// Where the `count` largest values are, ascending.
torch::Tensor strongest(const torch::Tensor& responses, int64_t count);

// The channels of every layer with the largest response, in their order; rows of producers and columns of consumers are
// cut together. prune_obstacle() has to be "".
std::shared_ptr<LiteGenerator> pruned(LiteGenerator& teacher, const ModelConfig& student, uint64_t seed,
                                      int64_t probes = 24);

}  // namespace centigan
