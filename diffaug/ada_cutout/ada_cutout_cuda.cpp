#include "ada_cutout/ada_cutout_cuda.h"

#include <ATen/ATen.h>

#include "ada_cutout/ada_cutout_checks.h"
#include "binding/operators.h"
#include "binding/pictures.h"

namespace centigan::cuda {

at::Tensor ada_cutout(const at::Tensor& x, const at::Tensor& centre, const at::Tensor& size) {
  check_ada_cutout(x, centre, size);
  const OnDeviceOf device(x);
  const at::Tensor centres = parameters_of(centre), sizes = parameters_of(size), y = empty_pictures(x);
  if (y.numel() == 0) return y;
  CENTIGAN_CUDA_CHECK(launch_ada_cutout(shape_of(x), element_of(x), view_of(x), view_of(y),
                                        centres.const_data_ptr<double>(), sizes.const_data_ptr<double>(), sizes.dim(),
                                        device.stream()));
  return y;
}

}  // namespace centigan::cuda
