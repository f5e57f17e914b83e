// Plain C++, no torch.
#pragma once
#include "ada_geometry/ada_geometry_kernel.h"
#include "device/pictures.h"

namespace centigan::cuda {

struct AdaGeometryCall {
  PictureShape shape;
  Element element;
  PictureView x, y;         // of the adjoint: the gradient of the output, and that of the input
  const double* g_inv;      // [N,3,3], dense. A picture whose matrix is not finite becomes zeros
  void* scratch = nullptr;  // ada_geometry_scratch_bytes(call, adjoint)
  int64_t part_bytes = int64_t{32} << 20;
};

// The margins of the batch. The adjoint keeps the gradients of samples as well, four times the size of what it works
// on: as many pictures at once as fit into part_bytes, at least one.
int64_t ada_geometry_scratch_bytes(const AdaGeometryCall& call, bool adjoint);

int launch_ada_geometry(const AdaGeometryCall& call, Stream stream);
int launch_ada_geometry_backward(const AdaGeometryCall& call, Stream stream);

// The first step of both: margins that the whole batch needs, into *margins on the device.
int launch_ada_margins(const AdaGeometryCall& call, AdaMargins* margins, Stream stream);

}  // namespace centigan::cuda
