// The nearest rows of one set to each row of another.
#pragma once
#include <torch/types.h>

#include <cstdint>

#include "rough_squares.h"

namespace centigan {

struct Neighbours {
  torch::Tensor distance;  // float64 [n,k], ascending, as distance_rows has them
  torch::Tensor index;     // int64 [n,k]; equal distances in the order of their index
};

// Who is no neighbour of row i: nobody; itself (`rows` are the `points`); point i, which stands for it.
enum class Apart { kNobody, kItself, kTwin };

// The k nearest points of each row; there are more than k. Adds every row to `rows_done`.
Neighbours neighbours(const RoughSpace& space, const torch::Tensor& rows, const torch::Tensor& points, int64_t k,
                      Apart apart, RowCount& rows_done);

}  // namespace centigan
