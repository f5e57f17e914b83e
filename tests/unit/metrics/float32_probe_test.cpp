#include "centigan/metrics/float32_probe.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "metrics_testing.h"
#include "support/filler.h"

namespace centigan {
namespace {

TEST(Float32Probe, PassesOnTheCpu) {
  const at::Tensor y = float32_probe(at::kCPU);
  EXPECT_NEAR(y.abs().max().item<double>(), 116.205943, 1e-4);
  EXPECT_NEAR(y.to(at::kDouble).sum().item<double>(), -245.733936, 1e-3);
  check_float32_probe(y);
}

// What a TF32 unit does to its inputs: ten bits of mantissa remain.
at::Tensor rounded_to_tf32(const at::Tensor& x) {
  const at::Tensor bits = x.contiguous().view(at::kInt);
  return (bits + 4096).bitwise_and(~8191).view(at::kFloat);
}

TEST(Float32Probe, NoticesTf32) {
  const at::Tensor x = rounded_to_tf32(filler("probe/x", {1, 64, 16, 16}));
  const at::Tensor w = rounded_to_tf32(filler("probe/w", {64, 64, 3, 3}));
  const at::Tensor y = at::conv2d(x, w, {}, at::IntArrayRef{1, 1}, at::IntArrayRef{1, 1});
  expect_error([&] { check_float32_probe(y); }, "of the largest value, limit");
}

}  // namespace
}  // namespace centigan
