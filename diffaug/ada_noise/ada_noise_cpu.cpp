#include <ATen/ATen.h>
#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "ada/dense.h"
#include "ada_noise/ada_noise_checks.h"
#include "ada_noise/ada_noise_kernel.h"
#include "common/pictures.h"

namespace centigan {
namespace {

at::Tensor ada_noise_cpu(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& sigma) {
  check_ada_noise(x, noise, sigma);
  const DensePictures d = dense_pictures(x, sigma);
  const at::Tensor added = noise.to(d.x.scalar_type()).contiguous(x.suggest_memory_format());
  const int64_t size = d.c * d.h * d.w;
  AT_DISPATCH_FLOATING_TYPES(d.x.scalar_type(), "ada_noise", [&] {
    at::parallel_for(0, d.n * size, thread_share(1), [&](int64_t begin, int64_t end) {
      ada_noise_kernel_cpu(d.x.const_data_ptr<scalar_t>(), added.const_data_ptr<scalar_t>(),
                           d.parameters.const_data_ptr<double>(), d.y.mutable_data_ptr<scalar_t>(), size, begin, end);
    });
  });
  return finish(d, x);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("ada_noise", ada_noise_cpu);
}

}  // namespace
}  // namespace centigan
