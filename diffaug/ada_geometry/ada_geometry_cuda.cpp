#include "ada_geometry/ada_geometry_cuda.h"

#include <ATen/ATen.h>

#include "ada/checks.h"
#include "binding/operators.h"
#include "binding/pictures.h"

namespace centigan::cuda {
namespace {

at::Tensor resample_pictures(const char* op, const at::Tensor& x, const at::Tensor& g_inv, bool adjoint) {
  check_ada_pictures(op, x);
  check_ada_parameter(op, x, "g_inv", g_inv, {3, 3});
  const OnDeviceOf device(x);
  const at::Tensor matrices = parameters_of(g_inv), y = empty_pictures(x);
  if (y.numel() == 0) return y;
  AdaGeometryCall call = {shape_of(x), element_of(x), view_of(x), view_of(y), matrices.const_data_ptr<double>(),
                          nullptr};
  const at::Tensor scratch = at::empty({ada_geometry_scratch_bytes(call, adjoint)}, x.options().dtype(at::kByte));
  call.scratch = scratch.mutable_data_ptr();
  CENTIGAN_CUDA_CHECK(adjoint ? launch_ada_geometry_backward(call, device.stream())
                              : launch_ada_geometry(call, device.stream()));
  return y;
}

}  // namespace

at::Tensor ada_geometry(const at::Tensor& x, const at::Tensor& g_inv) {
  return resample_pictures("ada_geometry", x, g_inv, false);
}

at::Tensor ada_geometry_backward(const at::Tensor& grad, const at::Tensor& g_inv) {
  return resample_pictures("ada_geometry_backward", grad, g_inv, true);
}

}  // namespace centigan::cuda
