#include "ada/checks.h"

#include <ATen/ATen.h>

namespace centigan {

using at::Tensor;

void check_ada_pictures(const char* op, const Tensor& x) {
  TORCH_CHECK(x.dim() == 4, op, ": x must be [N,C,H,W], got ", x.dim(), " dimensions");
  const at::ScalarType type = x.scalar_type();
  TORCH_CHECK(type == at::kFloat || type == at::kDouble || type == at::kHalf || type == at::kBFloat16, op,
              ": x must be float32, float64, float16 or bfloat16, got ", type);
}

void check_ada_parameter(const char* op, const Tensor& x, const char* name, const Tensor& value,
                         const std::vector<int64_t>& sizes) {
  std::vector<c10::SymInt> shape = {x.sym_size(0)};
  shape.insert(shape.end(), sizes.begin(), sizes.end());
  TORCH_CHECK(value.sym_sizes() == c10::SymIntArrayRef(shape), op, ": ", name, " must be ", c10::SymIntArrayRef(shape),
              ", got ", value.sym_sizes());
  TORCH_CHECK(value.scalar_type() == x.scalar_type() || value.scalar_type() == at::kFloat, op, ": ", name,
              " must be float32 or ", x.scalar_type(), " like x, got ", value.scalar_type());
  TORCH_CHECK(value.device() == x.device(), op, ": ", name, " is on ", value.device(), ", x on ", x.device());
}

}  // namespace centigan
