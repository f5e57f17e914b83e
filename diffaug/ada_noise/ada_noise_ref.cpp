#include <ATen/ATen.h>
#include <ATen/OpMathType.h>

#include "ada/reference.h"

namespace centigan {

at::Tensor ada_noise_ref(const at::Tensor& x, const at::Tensor& noise, const at::Tensor& sigma) {
  const at::ScalarType wide = at::toOpMathType(x.scalar_type());
  const at::Tensor s = sigma.view({-1, 1, 1, 1});
  return at::where(s.eq(0), x, (x.to(wide) + s.to(wide) * noise.to(wide)).to(x.scalar_type()));
}

}  // namespace centigan
