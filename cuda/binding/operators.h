// The operators on CUDA tensors, as registration.cpp registers them. Schemas and Meta kernels are in the operator
// libraries; what an operator computes stands in centigan/diffaug/ops.h.
#pragma once
#include <ATen/core/Tensor.h>

namespace centigan::cuda {

at::Tensor ada_color(const at::Tensor& x, const at::Tensor& c);

}  // namespace centigan::cuda
