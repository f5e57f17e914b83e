#include "ada_filter/ada_filter_cuda.h"

#include <ATen/ATen.h>

#include "ada/checks.h"
#include "binding/operators.h"
#include "binding/pictures.h"

namespace centigan::cuda {
namespace {

at::Tensor filter_pictures(const char* op, const at::Tensor& x, const at::Tensor& gains, bool adjoint) {
  check_ada_pictures(op, x);
  check_ada_parameter(op, x, "gains", gains, {4});
  const OnDeviceOf device(x);
  const at::Tensor bands = parameters_of(gains), y = empty_pictures(x);
  if (y.numel() == 0) return y;
  const at::Tensor scratch =
      at::empty({ada_filter_scratch_bytes(shape_of(x), element_of(x))}, x.options().dtype(at::kByte));
  CENTIGAN_CUDA_CHECK(launch_ada_filter(shape_of(x), element_of(x), view_of(x), view_of(y),
                                        bands.const_data_ptr<double>(), scratch.mutable_data_ptr(), adjoint,
                                        device.stream()));
  return y;
}

}  // namespace

at::Tensor ada_filter(const at::Tensor& x, const at::Tensor& gains) {
  return filter_pictures("ada_filter", x, gains, false);
}

at::Tensor ada_filter_backward(const at::Tensor& grad, const at::Tensor& gains) {
  return filter_pictures("ada_filter_backward", grad, gains, true);
}

}  // namespace centigan::cuda
