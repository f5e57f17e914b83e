// Between tensors and kernels: views of pictures, the current stream, the check of a launch.
#pragma once
#include <ATen/core/Tensor.h>

#include "binding/device.h"
#include "common/pictures.h"
#include "device/pictures.h"

namespace centigan::cuda {

inline Element element_of(const at::Tensor& x) {
  const at::ScalarType type = x.scalar_type();
  if (type == at::kDouble) return Element::kDouble;
  if (type == at::kHalf) return Element::kHalf;
  return type == at::kBFloat16 ? Element::kBFloat16 : Element::kFloat;
}

inline PictureShape shape_of(const at::Tensor& x) {
  return {x.size(0), x.size(1), x.size(2), x.size(3)};
}

// x is not written to unless the caller does so on purpose.
inline PictureView view_of(const at::Tensor& x) {
  return {const_cast<void*>(x.const_data_ptr()), x.stride(0), x.stride(1), x.stride(2), x.stride(3)};
}

// Null for an undefined tensor.
inline const void* pointer_of(const at::Tensor& x) {
  return x.defined() ? x.const_data_ptr() : nullptr;
}

// Numbers that belong to pictures, as kernels read them.
inline at::Tensor parameters_of(const at::Tensor& values) {
  return values.to(at::kDouble).contiguous();
}

}  // namespace centigan::cuda
