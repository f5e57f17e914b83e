// Kernel inception distance (Binkowski et al., 2018): the unbiased squared MMD with the kernel (a.b/d + 1)^3.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "centigan/metrics/row_watch.h"

namespace centigan {

struct Kid {
  double value;
  double error;  // standard error by the jackknife over the real pictures; NaN for two of them
  // Nearer to the reals than a second sample of them would be.
  bool memorising() const { return value < -3 * error; }
};

// x [n,d] real, y [m,d] fake features, n, m >= 2, unequal numbers are fine. Equal sets give a value below 0, not 0: a
// picture is never compared with itself, but with its copy. Bad features: Error.
Kid kid(const torch::Tensor& real, const torch::Tensor& fake, const RowWatch& watch = {});

struct KidSubsets {
  double mean, deviation;  // of the subsets; population standard deviation
  int64_t size;
  bool resampled;  // false: every subset holds all reals, and the deviation is no error bar
  std::vector<double> values;
};

// The form other programs print: `count` subsets of `size` pictures of each side, drawn without replacement by named
// choices (docs/metrics.md). size 0: min(n, m, 1000).
KidSubsets kid_subsets(const torch::Tensor& real, const torch::Tensor& fake, int64_t count = 100, int64_t size = 0);

}  // namespace centigan
