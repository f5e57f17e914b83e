#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "common/pictures.h"
#include "cutout/cutout_kernel.h"

namespace centigan {
namespace {

at::Tensor cutout_cpu(const at::Tensor& x, const at::Tensor& u, double ratio) {
  check_pictures("cutout", x, u, 2);
  check_ratio("cutout", ratio);
  const DensePictures d = moved_pictures(x, u);
  const int64_t value = static_cast<int64_t>(d.x.element_size());
  const CutoutParams params{
      d.channels_last ? 1 : d.c, d.h, d.w, d.channels_last ? d.c * value : value, cutout_size(d.h, ratio),
      cutout_size(d.w, ratio)};
  const int64_t lines = d.y.numel() == 0 ? 0 : d.n * params.planes * d.h;
  at::parallel_for(0, lines, thread_share(d.w * params.group / value), [&](int64_t begin, int64_t end) {
    cutout_kernel_cpu(static_cast<const char*>(d.x.const_data_ptr()), d.u.const_data_ptr<double>(),
                      static_cast<char*>(d.y.mutable_data_ptr()), params, begin, end);
  });
  return d.y;
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("cutout", cutout_cpu);
}

}  // namespace
}  // namespace centigan
