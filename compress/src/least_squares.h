// Least squares by normal equations that are summed up over parts of the data.
#pragma once
#include <torch/types.h>

namespace centigan {

class LeastSquares {
 public:
  void add(const torch::Tensor& x, const torch::Tensor& y);  // [rows,K], [rows,O]
  torch::Tensor solve() const;                               // [K,O] in float64, with a ridge that is only for rank

 private:
  torch::Tensor xx_, xy_;
};

// Positive semidefinite matrices [...,K,K] and a little of the mean of their diagonal, which makes them definite.
torch::Tensor with_ridge(const torch::Tensor& a);

// Solves with_ridge(a) x = b; b [...,K,O].
torch::Tensor solved(const torch::Tensor& a, const torch::Tensor& b);

// What a 3x3 kernel sees of every pixel: [N,C,H,W] to [N*H*W, 9*C].
torch::Tensor neighbourhoods(const torch::Tensor& map);

// x [rows,K] and a column of ones.
torch::Tensor with_ones(const torch::Tensor& x);

}  // namespace centigan
