// The Fréchet distance of a few reals to many fakes, measured in the distance that as few of the fakes keep from the
// others: what sampling alone would give.
#pragma once
#include <torch/types.h>

#include <cstdint>
#include <string>

namespace centigan {

struct CalibratedRatio {
  double value;        // about 1: as far from the reals as the fakes' own samples are; inf if they are collapsed
  double distance;     // FD(real, fakes)
  double denominator;  // mean FD(block of fakes, the other fakes)
  double deviation;    // of the denominators, n-1; NaN for one block
  int64_t blocks;
  double spread() const { return deviation / denominator; }
  // "memorising?" below 0.7, "poor fit" above 1.5, "collapsed" where the denominator is 0, else "".
  std::string flag() const;
};

// real [n,d], fakes [m,d], n >= 2, m >= 2n. Blocks are chosen by name (docs/metrics.md), at most 20. Else Error.
CalibratedRatio calibrated_ratio(const torch::Tensor& real, const torch::Tensor& fake);

}  // namespace centigan
