#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "ada/dense.h"
#include "ada_filter/ada_filter_kernel.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

template <class Kernel>
Tensor filter_planes(const char* op, const Tensor& x, const Tensor& gains, Kernel kernel) {
  check_ada_pictures(op, x);
  check_ada_parameter(op, x, "gains", gains, {kAdaBands});
  if (x.numel() == 0) return empty_pictures(x);
  const DensePictures d = dense_pictures(x, gains, true);
  const AdaFilterParams params{d.c, d.h, d.w};
  AT_DISPATCH_FLOATING_TYPES(d.x.scalar_type(), "ada", [&] {
    at::parallel_for(0, d.n * d.c, thread_share(16 * d.h * d.w), [&](int64_t begin, int64_t end) {
      kernel(d.x.const_data_ptr<scalar_t>(), d.parameters.const_data_ptr<double>(), d.y.mutable_data_ptr<scalar_t>(), params,
             begin, end);
    });
  });
  return finish(d, x);
}

Tensor ada_filter_cpu(const Tensor& x, const Tensor& gains) {
  return filter_planes("ada_filter", x, gains, [](auto... args) { ada_filter_kernel_cpu(args...); });
}

Tensor ada_filter_backward_cpu(const Tensor& grad, const Tensor& gains) {
  return filter_planes("ada_filter_backward", grad, gains,
                       [](auto... args) { ada_filter_backward_kernel_cpu(args...); });
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("ada_filter", ada_filter_cpu);
  m.impl("ada_filter_backward", ada_filter_backward_cpu);
}

}  // namespace
}  // namespace centigan
