#include "ada_noise/ada_noise_cuda.h"

#include <ATen/ATen.h>

#include "ada_noise/ada_noise_checks.h"
#include "binding/operators.h"
#include "binding/pictures.h"

namespace centigan::cuda {

at::Tensor ada_noise(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& sigma) {
  check_ada_noise(x, noise, sigma);
  const OnDeviceOf device(x);
  const at::Tensor strengths = parameters_of(sigma), y = empty_pictures(x);
  if (y.numel() == 0) return y;
  CENTIGAN_CUDA_CHECK(launch_ada_noise(shape_of(x), element_of(x), view_of(x), view_of(noise), view_of(y),
                                       strengths.const_data_ptr<double>(), device.stream()));
  return y;
}

}  // namespace centigan::cuda
