#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "common/reference.h"

namespace centigan {

at::Tensor brightness_ref(const at::Tensor& x, const at::Tensor& u) {
  const at::ScalarType wide = at::toOpMathType(x.scalar_type());
  return (x.to(wide) + (u.to(wide) - 0.5).view({-1, 1, 1, 1})).to(x.scalar_type());
}

}  // namespace centigan
