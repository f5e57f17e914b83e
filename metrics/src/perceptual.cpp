#include "centigan/metrics/perceptual.h"

#include <ATen/ATen.h>

#include "centigan/core/error.h"

namespace centigan {
namespace {

at::Tensor unit_channels(const at::Tensor& map) {
  const at::Tensor x = map.to(at::kDouble);
  return x / (x.square().sum(1, true).sqrt() + 1e-10);
}

at::Tensor layer_distance(const at::Tensor& a, const at::Tensor& b, const at::Tensor& weight) {
  const at::Tensor squares = (unit_channels(a) - unit_channels(b)).square();
  const at::Tensor weighted =
      weight.defined() ? squares * weight.to(squares.options()).reshape({1, -1, 1, 1}) : squares;
  const at::Tensor over_channels = weight.defined() ? weighted.sum(1) : weighted.mean(1);
  return over_channels.mean({1, 2});
}

bool same_shapes(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  bool same = !a.empty() && a.size() == b.size();
  for (size_t i = 0; same && i < a.size(); ++i) same = a[i].dim() == 4 && a[i].sizes() == b[i].sizes();
  return same;
}

}  // namespace

torch::Tensor perceptual_distance(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b,
                                  const std::vector<torch::Tensor>& weights) {
  if (!same_shapes(a, b) || (!weights.empty() && weights.size() != a.size())) {
    fail("metrics", "perceptual distance", "the two sides have different maps",
         "compare pictures of one size through one network, with one weight vector a layer");
  }
  at::Tensor sum = at::zeros({a[0].size(0)}, at::kDouble);
  for (size_t i = 0; i < a.size(); ++i) {
    sum += layer_distance(a[i], b[i], weights.empty() ? at::Tensor() : weights[i]).cpu();
  }
  return sum;
}

}  // namespace centigan
