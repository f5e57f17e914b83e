#include "common/pictures.h"

#include <ATen/ATen.h>

namespace centigan {

using at::Tensor;

void check_pictures(const char* op, const Tensor& x, const Tensor& u, int64_t columns) {
  TORCH_CHECK(x.dim() == 4, op, ": x must be [N,C,H,W], got ", x.dim(), " dimensions");
  const at::ScalarType type = x.scalar_type();
  TORCH_CHECK(type == at::kFloat || type == at::kDouble || type == at::kHalf || type == at::kBFloat16, op,
              ": x must be float32, float64, float16 or bfloat16, got ", type);
  TORCH_CHECK(u.dim() == 2 && u.sym_size(0) == x.sym_size(0) && u.sym_size(1) == columns, op, ": u must be [",
              x.sym_size(0), ", ", columns, "], got ", u.sym_sizes());
  TORCH_CHECK(u.scalar_type() == type || u.scalar_type() == at::kFloat, op, ": u must be float32 or ", type,
              " like x, got ", u.scalar_type());
  TORCH_CHECK(u.device() == x.device(), op, ": u is on ", u.device(), ", x on ", x.device());
}

void check_ratio(const char* op, double ratio) {
  TORCH_CHECK(ratio >= 0.0 && ratio <= 1.0, op, ": ratio must be from 0 to 1, got ", ratio);
}

Tensor empty_pictures(const Tensor& x) {
  return at::empty_like(x, x.options(), x.suggest_memory_format());
}

}  // namespace centigan
