#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "common/pictures.h"
#include "contrast/contrast_kernel.h"

namespace centigan {
namespace {

at::Tensor contrast_cpu(const at::Tensor& x, const at::Tensor& u) {
  check_pictures("contrast", x, u, 1);
  const DensePictures d = dense_pictures(x, u);
  const ContrastParams params{d.c * d.h * d.w};
  AT_DISPATCH_FLOATING_TYPES(d.x.scalar_type(), "contrast", [&] {
    at::parallel_for(0, d.n, thread_share(params.picture), [&](int64_t begin, int64_t end) {
      contrast_kernel_cpu(d.x.const_data_ptr<scalar_t>(), d.u.const_data_ptr<double>(),
                          d.y.mutable_data_ptr<scalar_t>(), params, begin, end);
    });
  });
  return finish(d, x);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("contrast", contrast_cpu);
}

}  // namespace
}  // namespace centigan
