// Sizes of filters and weights are fixed when a graph with symbolic sizes is traced.
#pragma once
#include <ATen/core/Tensor.h>

namespace centigan {

inline int64_t static_size(const at::Tensor& t, int64_t dim) {
  return t.sym_size(dim).guard_int(__FILE__, __LINE__);
}

}  // namespace centigan
