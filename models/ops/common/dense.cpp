#include "common/dense.h"

#include <ATen/OpMathType.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/zeros.h>

namespace centigan {

at::Tensor dense(const at::Tensor& x) {
  return dense(x, x.suggest_memory_format());
}

at::Tensor dense(const at::Tensor& x, at::MemoryFormat format) {
  return (x.scalar_type() == at::kHalf ? x.to(at::kFloat) : x).contiguous(format);
}

at::ScalarType accumulator_type(const at::Tensor& x) {
  return at::toOpMathType(x.scalar_type());
}

at::Tensor sum_in_order(const at::Tensor& rows) {
  const at::Tensor in = rows.to(at::kDouble).contiguous();
  const at::Tensor out = at::zeros({rows.size(0), rows.size(2)}, in.options());
  const double* values = in.const_data_ptr<double>();
  const int64_t width = rows.size(2);
  for (int64_t a = 0; a < rows.size(0); ++a) {
    double* sum = out.mutable_data_ptr<double>() + a * width;
    for (int64_t r = 0; r < rows.size(1); ++r, values += width)
      for (int64_t c = 0; c < width; ++c) sum[c] += values[c];
  }
  return out.to(rows.scalar_type());
}

}  // namespace centigan
