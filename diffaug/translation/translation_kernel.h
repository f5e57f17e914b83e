// Plain C++, no torch.
#pragma once
#include <cstdint>

namespace centigan {

// Pictures as planes of `h` lines with `w` groups of `group` bytes: channel planes with single values, or
// (channels-last) whole pictures with whole pixels.
struct TranslationParams {
  int64_t planes;  // of one picture
  int64_t h, w, group;
  int64_t max_rows, max_columns;  // s of each axis
  int64_t sign;                   // 1: the shift, -1: its adjoint
};

// s = trunc(size * ratio + 0.5).
int64_t translation_range(int64_t size, double ratio);

// floor(u (2s + 1)) - s, in -s ... s for any u.
int64_t translation_shift(double u, int64_t s);

// out[h,w] = x[h + sign r, w + sign c], zero outside; u [N,2]; for lines begin ... end - 1 of all planes.
void translation_kernel_cpu(const char* x, const double* u, char* y, const TranslationParams& p, int64_t begin,
                            int64_t end);

}  // namespace centigan
