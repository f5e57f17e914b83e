// Plain C++, no torch.
#pragma once
#include "device/pictures.h"

namespace centigan::cuda {

// Bytes for one picture of the wide type a plane: the result of the pass along rows.
int64_t ada_filter_scratch_bytes(const PictureShape& shape, Element element);

// gains [N,4], dense. adjoint: x is the gradient of the output, y becomes that of the input.
int launch_ada_filter(const PictureShape& shape, Element element, const PictureView& x, const PictureView& y,
                      const double* gains, void* scratch, bool adjoint, Stream stream);

}  // namespace centigan::cuda
