#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "ada/dense.h"
#include "ada_color/ada_color_checks.h"
#include "ada_color/ada_color_kernel.h"
#include "common/pictures.h"

namespace centigan {
namespace {

at::Tensor ada_color_cpu(const at::Tensor& x, const at::Tensor& c) {
  check_ada_color(x, c);
  const DensePictures d = dense_pictures(x, c);
  const int64_t pixels = d.h * d.w;
  const bool last = d.channels_last && d.c > 1;  // with one channel the orders are the same
  const AdaColorParams params{pixels, d.c, last ? d.c : 1, last ? 1 : pixels};
  AT_DISPATCH_FLOATING_TYPES(d.x.scalar_type(), "ada_color", [&] {
    at::parallel_for(0, d.n * pixels, thread_share(d.c), [&](int64_t begin, int64_t end) {
      ada_color_kernel_cpu(d.x.const_data_ptr<scalar_t>(), d.parameters.const_data_ptr<double>(),
                           d.y.mutable_data_ptr<scalar_t>(), params, begin, end);
    });
  });
  return finish(d, x);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("ada_color", ada_color_cpu);
}

}  // namespace
}  // namespace centigan
