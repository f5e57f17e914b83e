// CUDA tensors take the ATen references until an operator has a kernel of its own (<op>_cuda.cpp).
#include <torch/library.h>

#include "common/pictures.h"
#include "common/reference.h"

namespace centigan {
namespace {

using at::Tensor;

// The layout that the Meta kernels promise.
Tensor promised_layout(const Tensor& y, const Tensor& x) {
  return y.contiguous(x.suggest_memory_format());
}

TORCH_LIBRARY_IMPL(centigan, CUDA, m) {
  m.impl("brightness", [](const Tensor& x, const Tensor& u) {
    check_pictures("brightness", x, u, 1);
    return promised_layout(brightness_ref(x, u), x);
  });
  m.impl("saturation", [](const Tensor& x, const Tensor& u) {
    check_pictures("saturation", x, u, 1);
    return promised_layout(saturation_ref(x, u), x);
  });
  m.impl("contrast", [](const Tensor& x, const Tensor& u) {
    check_pictures("contrast", x, u, 1);
    return promised_layout(contrast_ref(x, u), x);
  });
  m.impl("translation", [](const Tensor& x, const Tensor& u, double ratio) {
    check_pictures("translation", x, u, 2);
    check_ratio("translation", ratio);
    return promised_layout(translation_ref(x, u, ratio), x);
  });
  m.impl("translation_backward", [](const Tensor& grad, const Tensor& u, double ratio) {
    check_pictures("translation_backward", grad, u, 2);
    check_ratio("translation_backward", ratio);
    return promised_layout(translation_backward_ref(grad, u, ratio), grad);
  });
  m.impl("cutout", [](const Tensor& x, const Tensor& u, double ratio) {
    check_pictures("cutout", x, u, 2);
    check_ratio("cutout", ratio);
    return promised_layout(cutout_ref(x, u, ratio), x);
  });
}

}  // namespace
}  // namespace centigan
