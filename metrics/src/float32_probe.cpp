#include "centigan/metrics/float32_probe.h"

#include <ATen/ATen.h>

#include <cmath>
#include <string_view>

#include "centigan/core/error.h"
#include "named_uniform.h"

namespace centigan {
namespace {

// Fixed values of unit variance, a function of the tensor's name.
at::Tensor probe_values(std::string_view name, at::IntArrayRef shape) {
  at::Tensor values = at::empty(shape, at::kFloat);
  const std::vector<double> uniform = named_uniform(name, values.numel());
  float* out = values.mutable_data_ptr<float>();
  for (const double u : uniform) *out++ = static_cast<float>((2 * u - 1) * std::sqrt(3.0));
  return values;
}

at::Tensor probe_convolution(const at::TensorOptions& options) {
  const at::Tensor x = probe_values("probe/x", {1, 64, 16, 16}), w = probe_values("probe/w", {64, 64, 3, 3});
  return at::conv2d(x.to(options), w.to(options), {}, at::IntArrayRef{1, 1}, at::IntArrayRef{1, 1}).cpu();
}

}  // namespace

torch::Tensor float32_probe(const torch::Device& device) {
  return probe_convolution(at::TensorOptions(device).dtype(at::kFloat));
}

void check_float32_probe(const torch::Tensor& result) {
  const at::Tensor exact = probe_convolution(at::TensorOptions(at::kCPU).dtype(at::kDouble));
  const double error = ((result.to(at::kDouble) - exact).abs().max() / exact.abs().max()).item<double>();
  if (error > 5e-6) {
    fail("metrics", "float32 convolution",
         "is off by " + std::to_string(error) + " of the largest value, limit 0.000005",
         "TF32 or another short format is forced on: unset NVIDIA_TF32_OVERRIDE and the like, or measure on the CPU");
  }
}

}  // namespace centigan
