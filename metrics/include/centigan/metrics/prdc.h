// Precision and recall (Kynkäänniemi et al., 2019), density and coverage (Naeem et al., 2020).
#pragma once
#include <torch/types.h>

#include "centigan/metrics/row_watch.h"

#include <cstdint>

namespace centigan {

struct Prdc {
  double precision, recall, density, coverage;
};

// real [n,d], fake [m,d] features. Radii reach to the k-th nearest other point of the same set; a point on a radius
// lies inside (<=), so exact copies count. `k` serves precision and recall, `k_density` density and coverage. Needs
// n > max(k, k_density) and m > k: else Error.
Prdc prdc(const torch::Tensor& real, const torch::Tensor& fake, int64_t k = 3, int64_t k_density = 5,
          const RowWatch& watch = {});

}  // namespace centigan
