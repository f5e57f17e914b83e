// Whole policies as compositions of the references of their steps: what the tests compare the fused operators with, and
// what runs on devices that have no kernels.
#pragma once
#include "fused/fused_policy.h"

#pragma GCC visibility push(default)

namespace centigan {

// p: one probability a step, one for all, or absent. NaN draws count as 0. Checks nothing.
at::Tensor fused_ref(const at::Tensor& x, const at::Tensor& u, const FusedPolicy& policy,
                     const std::optional<at::Tensor>& p, FusedMap map);

// The second result of diffaug.parameters, for pictures of h x w.
at::Tensor fused_parameters_ref(const at::Tensor& u, const FusedPolicy& policy, const std::optional<at::Tensor>& p,
                                int64_t h, int64_t w);

}  // namespace centigan

#pragma GCC visibility pop
