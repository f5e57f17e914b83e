// The arithmetic of acme::swirl: plain C++, no torch.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>

namespace acme {

// The four pixels around the point that an output pixel shows, and their weights: 0 outside of the picture.
struct Neighbours {
  int64_t at[4];
  double weight[4];
};

// Turns a picture around its centre, most in the middle and not at all from `radius` on.
struct Swirl {
  int64_t height, width;
  double angle, radius;  // radians in the centre; pixels

  // u0, u1 in [0,1): up to a quarter turn to either side; a radius from a half to all of half the shorter side.
  Swirl(int64_t h, int64_t w, double u0, double u1)
      : height(h), width(w), angle((u0 - 0.5) * 3.14159265358979323846), radius((1 + u1) * std::min(h, w) / 4) {}

  Neighbours of(int64_t row, int64_t column) const {
    const double cy = 0.5 * (height - 1), cx = 0.5 * (width - 1), dy = row - cy, dx = column - cx;
    const double inside = 1 - std::sqrt(dy * dy + dx * dx) / radius;
    const double turn = inside > 0 ? angle * inside * inside : 0;
    const double y = cy + std::cos(turn) * dy - std::sin(turn) * dx, x = cx + std::sin(turn) * dy + std::cos(turn) * dx;
    const double top = std::floor(y), left = std::floor(x), fy = y - top, fx = x - left;
    Neighbours n;
    for (int k = 0; k < 4; ++k) {
      const int64_t r = static_cast<int64_t>(top) + k / 2, c = static_cast<int64_t>(left) + k % 2;
      const bool exists = r >= 0 && r < height && c >= 0 && c < width;
      n.at[k] = exists ? r * width + c : 0;
      n.weight[k] = exists ? (k / 2 ? fy : 1 - fy) * (k % 2 ? fx : 1 - fx) : 0;
    }
    return n;
  }
};

// One plane: y gathers from x, or, as the adjoint, y (zeros before) receives what each pixel of x took.
template <class T>
void swirl_plane(const Swirl& swirl, const T* x, T* y, bool adjoint) {
  for (int64_t i = 0; i < swirl.height * swirl.width; ++i) {
    const Neighbours n = swirl.of(i / swirl.width, i % swirl.width);
    for (int k = 0; k < 4; ++k) {
      const int64_t from = adjoint ? i : n.at[k], to = adjoint ? n.at[k] : i;
      y[to] += static_cast<T>(n.weight[k]) * x[from];
    }
  }
}

}  // namespace acme
