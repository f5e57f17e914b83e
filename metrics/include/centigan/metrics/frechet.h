// Fréchet distance between two sets of features, in float64.
#pragma once
#include <torch/types.h>

namespace centigan {

struct FrechetParts {
  double value, mean_term, trace_x, trace_y, nuclear;
};

// x [n,d], y [m,d] features (any float type), n, m >= 2; covariances over n-1. Uses the low-rank form where
// min(n,m) <= d, else the symmetric eigenvalue form. docs/metrics.md has the formulas. Non-finite input, one row,
// different widths: Error.
FrechetParts frechet_distance(const torch::Tensor& x, const torch::Tensor& y);

// Mean [d] and covariance [d,d] over n-1, float64.
struct FeatureMoments {
  torch::Tensor mean, covariance;
};

// Of features [n,d], n >= 2; large sets are read in pieces.
FeatureMoments feature_moments(const torch::Tensor& features);

// The same against the mean [d] and covariance [d,d] (over m-1) of a set whose features are gone.
FrechetParts frechet_distance(const torch::Tensor& x, const torch::Tensor& mean, const torch::Tensor& covariance);
// Neither side has its features.
FrechetParts frechet_distance(const FeatureMoments& x, const FeatureMoments& y);

}  // namespace centigan
