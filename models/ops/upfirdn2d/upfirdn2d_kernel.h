// Plain C++, no torch.
#pragma once
#include <cstdint>

#include "common/kernel.h"
#include "upfirdn2d/upfirdn2d_axis.h"

namespace centigan {

// Pictures [planes][y.in][x.in][inner]: channel planes with inner 1, or whole pictures with inner C (channels-last).
// The filter is a sum of `terms` products of a column and a row: one for separable filters, one per row of others.
struct UpfirdnParams {
  UpfirdnAxis x, y;
  int64_t inner, terms;
  const double* rows;     // [terms][x.taps]
  const double* columns;  // [terms][y.taps], gain included
};

// Output lines begin ... end - 1 of all planes (y.out a plane).
void upfirdn2d_kernel_cpu(const float* x, float* y, const UpfirdnParams& p, int64_t begin, int64_t end);
void upfirdn2d_kernel_cpu(const double* x, double* y, const UpfirdnParams& p, int64_t begin, int64_t end);
void upfirdn2d_kernel_cpu(const Bf16* x, Bf16* y, const UpfirdnParams& p, int64_t begin, int64_t end);

}  // namespace centigan
