// Plain C++, no torch.
#pragma once
#include "device/pictures.h"

namespace centigan::cuda {

// y = the first three channels of x through matrix[n] ([N,4,4] homogeneous, double for double pictures, else float),
// further channels as they are; one channel: through the mean of the first three rows.
int launch_ada_color(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                     const void* matrix, Stream stream);

}  // namespace centigan::cuda
