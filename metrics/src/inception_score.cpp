#include "centigan/metrics/inception_score.h"

#include <ATen/ATen.h>

#include <cmath>
#include <vector>

#include "centigan/metrics/features_check.h"

namespace centigan {

InceptionScore inception_score(const torch::Tensor& logits_in, int64_t splits) {
  const at::Tensor log_p = checked_features(logits_in, "fake", 2 * splits).log_softmax(1);
  const int64_t n = log_p.size(0);
  std::vector<double> scores;
  for (int64_t s = 0; s < splits; ++s) {
    const int64_t first = s * n / splits, end = (s + 1) * n / splits;
    const at::Tensor rows = log_p.narrow(0, first, end - first), p = rows.exp();
    const at::Tensor log_mean = p.mean(0).clamp_min(1e-300).log();
    scores.push_back(std::exp((p * (rows - log_mean)).sum(1).mean().item<double>()));
  }
  const at::Tensor values = at::tensor(scores, at::kDouble);
  return {values.mean().item<double>(), values.std(false).item<double>()};
}

}  // namespace centigan
