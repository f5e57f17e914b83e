// Plain C++, no torch.
#pragma once
#include <cstdint>

#include "common/kernel.h"

namespace centigan {

// Along one axis: y[o] = sum over k of h[k] u[o down + k - pad], u = x with up - 1 zeros behind each value, zero
// outside.
struct UpfirdnAxis {
  int64_t in, out, up, down, pad, taps;
};

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

// Which taps meet values of x at output o: h[first], h[first + up], ... on x[source], x[source + 1], ...
struct UpfirdnPhase {
  int64_t first, source;
};
inline UpfirdnPhase upfirdn_phase(const UpfirdnAxis& axis, int64_t o) {
  const int64_t corner = o * axis.down - axis.pad;
  const int64_t first = (axis.up - corner % axis.up) % axis.up;  // in 0 ... up - 1 for negative corners, too
  return {first, (corner + first) / axis.up};
}

}  // namespace centigan
