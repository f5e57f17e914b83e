// Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

// Pictures as planes of `h` lines with `w` groups of `group` bytes: channel planes with single values, or
// (channels-last) whole pictures with whole pixels.
struct CutoutParams {
  int64_t planes;  // of one picture
  int64_t h, w, group;
  int64_t hole_rows, hole_columns;  // c of each axis
};

// c = trunc(size * ratio + 0.5).
int64_t cutout_size(int64_t size, double ratio);

// floor(u (size + 1 - c % 2)) - c / 2: where the hole begins, perhaps before the picture. For any u.
int64_t cutout_first(double u, int64_t size, int64_t c);

// Copies with zeros in the hole; u [N,2]; for lines begin ... end - 1 of all planes.
void cutout_kernel_cpu(const char* x, const double* u, char* y, const CutoutParams& p, int64_t begin, int64_t end);

}  // namespace centigan
