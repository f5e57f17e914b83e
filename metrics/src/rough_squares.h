// Bounds of squared distances by products of float32 matrices, a hundred times as fast as differences in float64. They
// tell which distances may matter; those are then found by differences, so that no result depends on the bounds.
#pragma once
#include <torch/types.h>

#include <algorithm>
#include <cstdint>

#include "tiles.h"

namespace centigan {

// Origin and unit that two sets are compared in: the longest row lies between 1/2 and 1.
struct RoughSpace {
  torch::Tensor centre;  // float64 [d]
  double scale;
  bool single;  // both sets and the centre are float32 numbers, and their differences are
};
RoughSpace rough_space(const torch::Tensor& x, const torch::Tensor& y);

// One set in such a space.
class RoughSet {
 public:
  RoughSet(torch::Tensor x, RoughSpace space);
  // Rows first … first+count-1, float32 [count,d].
  torch::Tensor rows(int64_t first, int64_t count) const;
  const float* least() const { return least_.const_data_ptr<float>(); }
  const float* most() const { return most_.const_data_ptr<float>(); }
  int64_t size() const { return x_.size(0); }
  double scale() const { return space_.scale; }

 private:
  torch::Tensor x_;
  RoughSpace space_;
  torch::Tensor least_, most_;  // float32 [n]: a row's share in the bounds
};

// Squared distances of the rows of a tile to its columns, in units of the space: each at least low() and at most
// high().
class RoughTile {
 public:
  RoughTile(const RoughSet& a, const RoughSet& b, const Tile& tile);

  // Calls found(i, j, low, high), numbers within the tile, for each pair whose lower bound is at most the limit of its
  // row or that of its column. `found` may lower limits.
  template <class Found>
  void scan(const float* row_limits, const float* column_limits, const Found& found) const {
    for (int64_t i = 0; i < tile_.rows; ++i)
      for (int64_t j = 0; j < tile_.columns; j += kChunk) {
        const int64_t end = std::min(j + kChunk, tile_.columns);
        if (any_near(i, j, end, row_limits[i], column_limits)) scan_chunk(i, j, end, row_limits, column_limits, found);
      }
  }

 private:
  static constexpr int64_t kChunk = 64;

  float low(int64_t i, int64_t j) const { return products(i)[j] + row_least_[i] + column_least_[j]; }
  float high(int64_t i, int64_t j) const { return products(i)[j] + row_most_[i] + column_most_[j]; }
  const float* products(int64_t i) const { return products_.const_data_ptr<float>() + i * tile_.columns; }

  // Without a branch an element, so that the compiler can take several at a time.
  bool any_near(int64_t i, int64_t first, int64_t end, float row_limit, const float* column_limits) const {
    const float* product = products(i);
    const float own = row_least_[i];
    int near = 0;
    for (int64_t j = first; j < end; ++j) {
      const float bound = product[j] + own + column_least_[j];
      near |= (bound <= row_limit) | (bound <= column_limits[j]);
    }
    return near != 0;
  }

  template <class Found>
  void scan_chunk(int64_t i, int64_t first, int64_t end, const float* row_limits, const float* column_limits,
                  const Found& found) const {
    for (int64_t j = first; j < end; ++j)
      if (low(i, j) <= std::max(row_limits[i], column_limits[j])) found(i, j, low(i, j), high(i, j));
  }

  Tile tile_;
  torch::Tensor products_;  // -2 a.b, float32 [rows,columns]
  const float *row_least_, *row_most_, *column_least_, *column_most_;
};

}  // namespace centigan
