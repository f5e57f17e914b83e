// Inception score (Salimans et al., 2016). Says nothing about sets of one class.
#pragma once
#include <torch/types.h>

#include <cstdint>

namespace centigan {

struct InceptionScore {
  double mean, deviation;  // over the splits; population standard deviation
};

// logits [N,classes] of the fakes, without bias; contiguous splits of at least two rows each. Too few rows, non-finite
// values: Error.
InceptionScore inception_score(const torch::Tensor& logits, int64_t splits = 10);

}  // namespace centigan
