// Launch of the CUDA kernel of `normal_rows`. Plain C++, no torch.
#pragma once
#include <cstdint>

#include "device/pictures.h"

namespace centigan::cuda {

// out [count][width]: row i holds the normal numbers 0 ... width - 1 of the stream `stream` under seeds[i].
int launch_normal_rows(const int64_t* seeds, uint32_t stream, int64_t count, int64_t width, float* out, Stream queue);

}  // namespace centigan::cuda
