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

// Solves a x = b for symmetric matrices [...,K,K] that are at least nearly positive definite; b [...,K,O].
torch::Tensor solved(torch::Tensor a, const torch::Tensor& b);

// x [rows,K] and a column of ones.
torch::Tensor with_ones(const torch::Tensor& x);

}  // namespace centigan
