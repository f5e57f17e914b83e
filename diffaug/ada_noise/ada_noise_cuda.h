// Plain C++, no torch.
#pragma once
#include "device/pictures.h"

namespace centigan::cuda {

// noise of x's element type; sigma [N], dense.
int launch_ada_noise(const PictureShape& shape, Element element, const PictureView& x, const PictureView& noise,
                     const PictureView& y, const double* sigma, Stream stream);

}  // namespace centigan::cuda
