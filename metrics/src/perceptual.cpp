#include "centigan/metrics/perceptual.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "centigan/core/error.h"

namespace centigan {
namespace {

// What each position of a map [C,H W] is multiplied by. Loops over positions are innermost, so that the compiler takes
// several at once.
template <class Value>
std::vector<double> scales_of(const Value* map, int64_t channels, int64_t positions) {
  std::vector<double> scales(static_cast<size_t>(positions));
  double* scale = scales.data();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t p = 0; p < positions; ++p) {
      const double value = map[c * positions + p];
      scale[p] += value * value;
    }
  for (int64_t p = 0; p < positions; ++p) scale[p] = 1 / (std::sqrt(scale[p]) + 1e-10);
  return scales;
}

template <class Value>
double map_distance(const Value* a, const Value* b, const double* weight, int64_t channels, int64_t positions) {
  const std::vector<double> scales_a = scales_of(a, channels, positions), scales_b = scales_of(b, channels, positions);
  const double *scale_a = scales_a.data(), *scale_b = scales_b.data();
  std::vector<double> sums(static_cast<size_t>(positions));
  double* sum = sums.data();
  for (int64_t c = 0; c < channels; ++c)
    for (int64_t p = 0; p < positions; ++p) {
      const double difference = a[c * positions + p] * scale_a[p] - b[c * positions + p] * scale_b[p];
      sum[p] += weight[c] * (difference * difference);
    }
  double all = 0;
  for (const double at_position : sums) all += at_position;
  return all / static_cast<double>(positions);
}

// Of the maps [N,C,H,W] of one layer, added to the sums [N].
template <class Value>
void add_distances(const at::Tensor& a_in, const at::Tensor& b_in, const at::Tensor& weight_in, double* sums) {
  const auto options = at::TensorOptions(at::kCPU).dtype(c10::CppTypeToScalarType<Value>());
  const at::Tensor a = a_in.to(options).contiguous(), b = b_in.to(options).contiguous();
  const int64_t channels = a.size(1), positions = a.size(2) * a.size(3);
  const at::Tensor weight = weight_in.defined()
                                ? weight_in.to(at::kCPU, at::kDouble).contiguous()
                                : at::full({channels}, 1.0 / static_cast<double>(channels), at::kDouble);
  for (int64_t n = 0; n < a.size(0); ++n)
    sums[n] += map_distance(a.const_data_ptr<Value>() + n * channels * positions,
                            b.const_data_ptr<Value>() + n * channels * positions, weight.const_data_ptr<double>(),
                            channels, positions);
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
    const bool single = a[i].scalar_type() == at::kFloat && b[i].scalar_type() == at::kFloat;
    (single ? add_distances<float> : add_distances<double>)(a[i], b[i], weights.empty() ? at::Tensor() : weights[i],
                                                            sum.mutable_data_ptr<double>());
  }
  return sum;
}

}  // namespace centigan
