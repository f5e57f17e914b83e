// A policy on a batch of pictures. Plain C++, no torch, no threads: the caller spreads ranges over its threads.
#pragma once
#include <cstdint>
#include <vector>

#include "fused/bands.h"

namespace centigan {

struct FusedTask {
  const FusedStep* steps;
  int32_t count;
  const void* u;  // [n, draws] float, or double
  bool u_double;
  int64_t draws;
  const float* p;  // null, or probabilities `p_stride` apart
  int64_t p_stride;
  int64_t n, c, h, w;
  const void* x;  // strides in elements; the columns are 1 apart, or (interleaved) c with the channels side by side
  int64_t x_picture, x_channel, x_row;
  void* y;  // dense in the same order
  bool interleaved;
  Element element;
  int32_t bytes;            // of an element
  bool adjoint, constants;  // constants: the whole map, else its linear part
};

// What is worked out for one picture.
struct FusedPicture {
  DynamicPlan plan;
  Bands read, write;
  std::vector<double> partial, sums;  // of each block of rows; of the picture
};

// Pictures begin ... end - 1, each from its sums to its values while it is in the cache.
void fused_pictures(const FusedTask& task, int64_t begin, int64_t end);

// The same in three rounds, for few and large pictures, with the same bits: units are blocks of rows of all pictures.
class FusedRounds {
 public:
  explicit FusedRounds(const FusedTask& task);
  int64_t units() const { return blocks_ * task_.n; }
  void sum(int64_t begin, int64_t end);
  void solve();
  void write(int64_t begin, int64_t end) const;

 private:
  const FusedTask& task_;
  int64_t blocks_;
  std::vector<FusedPicture> pictures_;
};

// [n, draw columns + count]: the second result of diffaug.parameters.
void fused_parameters(const FusedTask& task, int64_t columns, float* rows);

// The first row of u that holds a NaN, or -1.
int64_t row_with_nan(const FusedTask& task);

}  // namespace centigan
