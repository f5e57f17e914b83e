// The small tensors behind the pipeline.
#pragma once
#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <tuple>

#include "centigan/diffaug/ada.h"

namespace centigan {

// Throws if the text cannot be read.
AdaCombination checked_ada_combination(const std::string& text);

// The operator centigan::ada_matrices: what the draws u mean for pictures of the given channels and size. Returns
// values [N,m] in the order of ada_parameters, g_inv [N,3,3], color [N,4,4], gains [N,4], float64 for u in float64,
// else float32. One operator, so that its many small steps stay out of compiled graphs and the check for NaN needs no
// synchronisation but on the CPU. No gradient.
std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> ada_matrices(const at::Tensor& u,
                                                                        const std::string& combination,
                                                                        const std::optional<at::Tensor>& p,
                                                                        c10::SymInt channels, c10::SymInt height,
                                                                        c10::SymInt width);

}  // namespace centigan
