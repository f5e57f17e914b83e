#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "ada/checks.h"
#include "ada/dense.h"
#include "ada_geometry/ada_geometry_kernel.h"
#include "common/pictures.h"

namespace centigan {
namespace {

using at::Tensor;

template <class Kernel>
Tensor resample(const char* op, const Tensor& x, const Tensor& g_inv, Kernel kernel) {
  check_ada_pictures(op, x);
  check_ada_parameter(op, x, "g_inv", g_inv, {3, 3});
  if (x.numel() == 0) return empty_pictures(x);
  const DensePictures d = dense_pictures(x, g_inv, true);
  TORCH_CHECK(d.parameters.isfinite().all().item<bool>(), op, ": g_inv has a value that is not finite");
  AdaGeometryParams params{d.c, d.h, d.w, {}};
  const double* g = d.parameters.const_data_ptr<double>();
  for (int64_t n = 0; n < d.n; ++n) grow_ada_margins(g + 9 * n, d.h, d.w, params.margins);
  AT_DISPATCH_FLOATING_TYPES(d.x.scalar_type(), "ada", [&] {
    at::parallel_for(0, d.n * d.c, thread_share(16 * d.h * d.w), [&](int64_t begin, int64_t end) {
      kernel(d.x.const_data_ptr<scalar_t>(), g, d.y.mutable_data_ptr<scalar_t>(), params, begin, end);
    });
  });
  return finish(d, x);
}

Tensor ada_geometry_cpu(const Tensor& x, const Tensor& g_inv) {
  return resample("ada_geometry", x, g_inv, [](auto... args) { ada_geometry_kernel_cpu(args...); });
}

Tensor ada_geometry_backward_cpu(const Tensor& grad, const Tensor& g_inv) {
  return resample("ada_geometry_backward", grad, g_inv,
                  [](auto... args) { ada_geometry_backward_kernel_cpu(args...); });
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("ada_geometry", ada_geometry_cpu);
  m.impl("ada_geometry_backward", ada_geometry_backward_cpu);
}

}  // namespace
}  // namespace centigan
