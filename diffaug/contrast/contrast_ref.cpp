#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "common/reference.h"

namespace centigan {

at::Tensor contrast_ref(const at::Tensor& x, const at::Tensor& u) {
  const at::ScalarType wide = at::toOpMathType(x.scalar_type());
  const at::Tensor values = x.to(wide), mean = values.mean({1, 2, 3}, true);
  return (mean + (values - mean) * (u.to(wide) + 0.5).view({-1, 1, 1, 1})).to(x.scalar_type());
}

}  // namespace centigan
