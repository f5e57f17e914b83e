#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "common/pictures.h"
#include "saturation/saturation_kernel.h"

namespace centigan {
namespace {

at::Tensor saturation_cpu(const at::Tensor& x, const at::Tensor& u) {
  check_pictures("saturation", x, u, 1);
  const DensePictures d = dense_pictures(x, u);
  const int64_t pixels = d.c == 0 ? 0 : d.h * d.w;
  const SaturationParams params{pixels, d.c, d.channels_last ? d.c : 1, d.channels_last ? 1 : pixels};
  AT_DISPATCH_FLOATING_TYPES(d.x.scalar_type(), "saturation", [&] {
    at::parallel_for(0, d.n * pixels, thread_share(d.c), [&](int64_t begin, int64_t end) {
      saturation_kernel_cpu(d.x.const_data_ptr<scalar_t>(), d.u.const_data_ptr<double>(),
                            d.y.mutable_data_ptr<scalar_t>(), params, begin, end);
    });
  });
  return finish(d, x);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("saturation", saturation_cpu);
}

}  // namespace
}  // namespace centigan
