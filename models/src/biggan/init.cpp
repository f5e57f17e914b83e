#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/random.h"
#include "layers.h"

namespace centigan {
namespace {

constexpr double kN02 = 0.02;

// Orthonormal rows or columns, whichever are fewer; signs made unique, as is usual.
at::Tensor orthogonal(const at::Tensor& normal) {
  const bool wide = normal.size(0) < normal.size(1);
  const auto [q, r] = at::linalg_qr(wide ? normal.t() : normal);
  const at::Tensor signed_q = q * r.diagonal().sign();
  return (wide ? signed_q.t() : signed_q).contiguous();
}

// Of a uniform distribution by Glorot and Bengio.
double xavier_bound(const Sizes& shape, int64_t count) {
  const double pixels = static_cast<double>(count / (shape[0] * shape[1]));
  return std::sqrt(6.0 / (static_cast<double>(shape[0] + shape[1]) * pixels));
}

}  // namespace

torch::Tensor LayerInit::drawn(const std::string& name, const Sizes& shape, bool normal) const {
  const RandomStream stream(seed_, "init/" + name_ + "." + name);
  const int64_t count = c10::multiply_integers(shape);
  return (normal ? stream.normal(0, 1, count) : stream.uniform(0, 1, count) * 2 - 1).view(shape);
}

torch::Tensor LayerInit::weight(const Sizes& shape) const {
  if (method_ == "xavier") {
    const at::Tensor u = drawn("weight", shape, false);
    return u * xavier_bound(shape, u.numel());
  }
  const at::Tensor normal = drawn("weight", shape, true);
  return method_ == "N02" ? normal * kN02 : orthogonal(normal.flatten(1)).view(shape);
}

torch::Tensor LayerInit::bias(int64_t size, int64_t fan_in) const {
  return drawn("bias", {size}, false) / std::sqrt(static_cast<double>(fan_in));
}

torch::Tensor LayerInit::singular_vector(int64_t rows) const {
  return drawn("u0", {1, rows}, true);
}

}  // namespace centigan
