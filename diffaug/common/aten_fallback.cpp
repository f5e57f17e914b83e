// CUDA tensors take the ATen references until an operator has a kernel of its own (<op>_cuda.cpp).
#include <torch/library.h>

#include "common/pictures.h"
#include "common/reference.h"

namespace centigan {
namespace {

using at::Tensor;

TORCH_LIBRARY_IMPL(centigan, CUDA, m) {
  m.impl("brightness", [](const Tensor& x, const Tensor& u) {
    check_pictures("brightness", x, u, 1);
    return brightness_ref(x, u);
  });
  m.impl("saturation", [](const Tensor& x, const Tensor& u) {
    check_pictures("saturation", x, u, 1);
    return saturation_ref(x, u);
  });
  m.impl("contrast", [](const Tensor& x, const Tensor& u) {
    check_pictures("contrast", x, u, 1);
    return contrast_ref(x, u);
  });
  m.impl("translation", [](const Tensor& x, const Tensor& u, double ratio) {
    check_pictures("translation", x, u, 2);
    check_ratio("translation", ratio);
    return translation_ref(x, u, ratio);
  });
  m.impl("translation_backward", [](const Tensor& grad, const Tensor& u, double ratio) {
    check_pictures("translation_backward", grad, u, 2);
    check_ratio("translation_backward", ratio);
    return translation_backward_ref(grad, u, ratio);
  });
  m.impl("cutout", [](const Tensor& x, const Tensor& u, double ratio) {
    check_pictures("cutout", x, u, 2);
    check_ratio("cutout", ratio);
    return cutout_ref(x, u, ratio);
  });
}

}  // namespace
}  // namespace centigan
