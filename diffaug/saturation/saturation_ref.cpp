#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "common/reference.h"

namespace centigan {

at::Tensor saturation_ref(const at::Tensor& x, const at::Tensor& u) {
  const at::ScalarType wide = at::toOpMathType(x.scalar_type());
  const at::Tensor values = x.to(wide), mean = values.mean({1}, true);
  return (mean + (values - mean) * (2 * u.to(wide)).view({-1, 1, 1, 1})).to(x.scalar_type());
}

}  // namespace centigan
