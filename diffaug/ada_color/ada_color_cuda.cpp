#include "ada_color/ada_color_cuda.h"

#include <ATen/ATen.h>

#include "ada_color/ada_color_checks.h"
#include "binding/operators.h"
#include "binding/pictures.h"

namespace centigan::cuda {

at::Tensor ada_color(const at::Tensor& x, const at::Tensor& c) {
  check_ada_color(x, c);
  const OnDeviceOf device(x);
  const at::Tensor matrices = parameters_of(c), y = empty_pictures(x);
  if (y.numel() == 0) return y;
  CENTIGAN_CUDA_CHECK(launch_ada_color(shape_of(x), element_of(x), view_of(x), view_of(y),
                                       matrices.const_data_ptr<double>(), device.stream()));
  return y;
}

}  // namespace centigan::cuda
