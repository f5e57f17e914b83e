#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "ada/dense.h"
#include "ada_cutout/ada_cutout_checks.h"
#include "ada_cutout/ada_cutout_kernel.h"
#include "common/pictures.h"

namespace centigan {
namespace {

at::Tensor ada_cutout_cpu(const at::Tensor& x, const at::Tensor& centre, const at::Tensor& size) {
  check_ada_cutout(x, centre, size);
  const DensePictures d = moved_pictures(x, centre);
  const at::Tensor sizes = size.to(at::kDouble).expand({d.n}).contiguous();
  const int64_t value = static_cast<int64_t>(d.x.element_size());
  const AdaCutoutParams params{d.channels_last ? 1 : d.c, d.h, d.w, d.channels_last ? d.c * value : value};
  const int64_t lines = d.y.numel() == 0 ? 0 : d.n * params.planes * d.h;
  at::parallel_for(0, lines, thread_share(d.w * params.group / value), [&](int64_t begin, int64_t end) {
    ada_cutout_kernel_cpu(static_cast<const char*>(d.x.const_data_ptr()), d.parameters.const_data_ptr<double>(),
                          sizes.const_data_ptr<double>(), static_cast<char*>(d.y.mutable_data_ptr()), params, begin,
                          end);
  });
  return d.y;
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("ada_cutout", ada_cutout_cpu);
}

}  // namespace
}  // namespace centigan
