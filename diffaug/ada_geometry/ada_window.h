// The part of the doubled picture that a kernel holds. Plain C++, no torch.
#pragma once
#include <cmath>

#include "ada_geometry/ada_geometry_kernel.h"

namespace centigan {

// Positions first ... first + size - 1 of one direction; both are even. size 0: no sample lies in the picture.
struct AdaWindow {
  int64_t first = 0, size = 0;
};

// Of the positions begin ... end - 1 that have values, those that samples at per_i i + per_j j + origin touch.
inline AdaWindow ada_window(double per_i, double per_j, double origin, const AdaGeometryParams& p, int64_t begin,
                            int64_t end) {
  const double last_i = static_cast<double>(2 * p.w + 4), last_j = static_cast<double>(2 * p.h + 4);
  double least = INFINITY, most = -INFINITY;
  for (const double i : {-5.0, last_i})
    for (const double j : {-5.0, last_j}) {
      const double q = per_i * i + (per_j * j + origin);
      least = q < least ? q : least, most = q > most ? q : most;
    }
  // A difference of overflows is no number: hold everything.
  if (!(std::isfinite(least) && std::isfinite(most))) return {begin, end - begin};
  const double low = std::floor(least), high = std::floor(most) + 2;
  if (high <= static_cast<double>(begin) || low >= static_cast<double>(end)) return {begin, 0};
  const int64_t first = low > static_cast<double>(begin) ? static_cast<int64_t>(low) & ~int64_t{1} : begin;
  const int64_t stop = high < static_cast<double>(end) ? static_cast<int64_t>(high) : end;
  return {first, stop - first + ((stop - first) & 1)};
}

}  // namespace centigan
