// Plain C++, no torch.
#pragma once
#include "device/pictures.h"

namespace centigan::cuda {

// centre [N,2]; size [N], or one for all with size_stride 0.
int launch_ada_cutout(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                      const double* centre, const double* size, int64_t size_stride, Stream stream);

}  // namespace centigan::cuda
