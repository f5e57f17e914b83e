#include "centigan/metrics/features_check.h"

#include <ATen/ATen.h>

#include <algorithm>

#include "blocks.h"
#include "centigan/core/error.h"

namespace centigan {
namespace {

void check_finite_rows(const at::Tensor& x, const std::string& side) {
  at::Tensor bad = at::empty({x.size(0)}, at::kBool);
  for (int64_t i = 0; i < x.size(0); i += kBlockRows) {
    const int64_t rows = std::min(kBlockRows, x.size(0) - i);
    bad.narrow(0, i, rows).copy_(x.narrow(0, i, rows).isfinite().all(1).logical_not());
  }
  const int64_t count = bad.count_nonzero().item<int64_t>();
  if (count == 0) return;
  const int64_t first = bad.nonzero()[0].item<int64_t>();
  fail("metrics", side + " features, row " + std::to_string(first),
       "not finite (" + std::to_string(count) + " of " + std::to_string(x.size(0)) + " rows)",
       "look for NaN in the pictures or the network that made them");
}

}  // namespace

torch::Tensor usable_features(const torch::Tensor& features, const std::string& side, int64_t least, int64_t width) {
  if (features.dim() != 2 || (width != 0 && features.size(1) != width)) {
    fail("metrics", side + " features",
         "have the shape " + c10::str(features.sizes()) + ", the other side has width " + std::to_string(width),
         "compute both sides with the same extractor");
  }
  if (features.size(0) < least) {
    fail("metrics", side + " features",
         "needs at least " + std::to_string(least) + " pictures, got " + std::to_string(features.size(0)),
         "give more pictures, or a smaller k where the metric has one");
  }
  const at::Tensor x = features.detach().to(at::kCPU).contiguous();
  check_finite_rows(x, side);
  return x;
}

torch::Tensor checked_features(const torch::Tensor& features, const std::string& side, int64_t least, int64_t width) {
  return usable_features(features, side, least, width).to(at::kDouble);
}

}  // namespace centigan
