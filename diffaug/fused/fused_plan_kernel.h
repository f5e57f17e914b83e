// Launches of the small kernels that make the plan of each picture.
#pragma once
#include "fused/fused_cuda.h"

namespace centigan::cuda {

// plans[n], solved where the picture has no contrast.
int launch_plans(const FusedCall& call, DevicePlan* plans, Stream stream);

// From partial sums [N, contrasts, blocks] to plans[n].fill; a fixed order of additions.
int launch_solve(const FusedCall& call, DevicePlan* plans, const double* sums, int64_t blocks, Stream stream);

}  // namespace centigan::cuda
