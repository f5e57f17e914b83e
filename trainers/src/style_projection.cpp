#include "style_projection.h"

#include <ATen/ATen.h>

#include <cmath>

#include "centigan/core/random.h"

namespace centigan {
namespace {

constexpr double kLeastVariance = 1e-6;

}  // namespace

StyleRows::StyleRows(const torch::Tensor& ws)
    : equal_(at::equal(ws, ws.narrow(1, 0, 1).expand_as(ws))), size_(equal_ ? ws.size(2) : ws.size(1) * ws.size(2)) {}

StyleProjection::StyleProjection(int64_t from, int64_t to, uint64_t seed) {
  const auto drawn = [&] {
    return RandomStream(seed, "init/style_projection").normal(0, to, from) / std::sqrt(static_cast<double>(from));
  };
  weight = register_parameter("weight", from == to ? at::eye(from) : drawn());
  bias = register_parameter("bias", at::zeros({to}));
}

torch::Tensor StyleProjection::error(const torch::Tensor& styles, const torch::Tensor& wanted) const {
  const torch::Tensor off = at::linear(styles, weight, bias) - wanted;
  const torch::Tensor spread = (wanted - wanted.mean(0)).square().mean().detach();
  return off.square().mean() / at::clamp_min(spread, kLeastVariance);
}

}  // namespace centigan
