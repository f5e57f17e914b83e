// Plain C++, no torch.
#pragma once
#include "device/pictures.h"

namespace centigan::cuda {

// c [N,4,4], dense; the shape has 1, 3 or 4 channels.
int launch_ada_color(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                     const double* c, Stream stream);

}  // namespace centigan::cuda
