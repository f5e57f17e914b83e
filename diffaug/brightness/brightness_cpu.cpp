#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "brightness/brightness_kernel.h"
#include "common/pictures.h"

namespace centigan {
namespace {

at::Tensor brightness_cpu(const at::Tensor& x, const at::Tensor& u) {
  check_pictures("brightness", x, u, 1);
  const DensePictures d = dense_pictures(x, u);
  const BrightnessParams params{d.c * d.h * d.w};
  AT_DISPATCH_FLOATING_TYPES(d.x.scalar_type(), "brightness", [&] {
    at::parallel_for(0, d.y.numel(), thread_share(1), [&](int64_t begin, int64_t end) {
      brightness_kernel_cpu(d.x.const_data_ptr<scalar_t>(), d.u.const_data_ptr<double>(),
                            d.y.mutable_data_ptr<scalar_t>(), params, begin, end);
    });
  });
  return finish(d, x);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("brightness", brightness_cpu);
}

}  // namespace
}  // namespace centigan
