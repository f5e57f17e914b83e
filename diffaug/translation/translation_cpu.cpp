#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/library.h>

#include "common/pictures.h"
#include "translation/translation_kernel.h"

namespace centigan {
namespace {

at::Tensor translate(const char* op, const at::Tensor& x, const at::Tensor& u, double ratio, int64_t sign) {
  check_pictures(op, x, u, 2);
  check_ratio(op, ratio);
  const DensePictures d = moved_pictures(x, u);
  const int64_t value = static_cast<int64_t>(d.x.element_size());
  const TranslationParams params{
      d.channels_last ? 1 : d.c,     d.h, d.w, d.channels_last ? d.c * value : value, translation_range(d.h, ratio),
      translation_range(d.w, ratio), sign};
  const int64_t lines = d.y.numel() == 0 ? 0 : d.n * params.planes * d.h;
  at::parallel_for(0, lines, thread_share(d.w * params.group / value), [&](int64_t begin, int64_t end) {
    translation_kernel_cpu(static_cast<const char*>(d.x.const_data_ptr()), d.u.const_data_ptr<double>(),
                           static_cast<char*>(d.y.mutable_data_ptr()), params, begin, end);
  });
  return d.y;
}

at::Tensor translation_cpu(const at::Tensor& x, const at::Tensor& u, double ratio) {
  return translate("translation", x, u, ratio, 1);
}

at::Tensor translation_backward_cpu(const at::Tensor& grad, const at::Tensor& u, double ratio) {
  return translate("translation_backward", grad, u, ratio, -1);
}

TORCH_LIBRARY_IMPL(centigan, CPU, m) {
  m.impl("translation", translation_cpu);
  m.impl("translation_backward", translation_backward_cpu);
}

}  // namespace
}  // namespace centigan
