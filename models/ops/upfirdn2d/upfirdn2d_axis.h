// One axis of the operator. Plain C++, no torch.
#pragma once
#include <cstdint>

#include "common/device_math.h"

namespace centigan {

// y[o] = sum over k of h[k] u[o down + k - pad], u = x with up - 1 zeros behind each value, zero outside.
struct UpfirdnAxis {
  int64_t in, out, up, down, pad, taps;
};

// Which taps meet values of x at output o: h[first], h[first + up], ... on x[source], x[source + 1], ...
struct UpfirdnPhase {
  int64_t first, source;
};
CENTIGAN_MATH UpfirdnPhase upfirdn_phase(const UpfirdnAxis& axis, int64_t o) {
  const int64_t corner = o * axis.down - axis.pad;
  if (axis.up == 1) return {0, corner};
  const int64_t first = (axis.up - corner % axis.up) % axis.up;  // in 0 ... up - 1 for negative corners, too
  return {first, (corner + first) / axis.up};
}

}  // namespace centigan
