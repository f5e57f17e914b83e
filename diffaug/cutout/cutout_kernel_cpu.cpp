#include <cmath>
#include <cstring>

#include "cutout/cutout_kernel.h"

namespace centigan {
namespace {

// Zeros in groups first ... first + count - 1 of one line, as far as they lie in it.
void clear_groups(char* line, int64_t w, int64_t group, int64_t first, int64_t count) {
  const int64_t begin = first > 0 ? first : 0, end = first + count < w ? first + count : w;
  if (begin < end) std::memset(line + begin * group, 0, static_cast<size_t>((end - begin) * group));
}

}  // namespace

int64_t cutout_size(int64_t size, double ratio) {
  return static_cast<int64_t>(static_cast<double>(size) * ratio + 0.5);
}

int64_t cutout_first(double u, int64_t size, int64_t c) {
  const int64_t last = size - c % 2;
  const double centre = std::floor(u * static_cast<double>(last + 1));
  if (!(centre > 0)) return -(c / 2);
  return (centre < static_cast<double>(last) ? static_cast<int64_t>(centre) : last) - c / 2;
}

void cutout_kernel_cpu(const char* x, const double* u, char* y, const CutoutParams& p, int64_t begin, int64_t end) {
  const int64_t line = p.w * p.group;
  std::memcpy(y + begin * line, x + begin * line, static_cast<size_t>((end - begin) * line));
  for (int64_t i = begin; i < end; ++i) {
    const int64_t n = i / (p.planes * p.h), row = i % p.h - cutout_first(u[2 * n], p.h, p.hole_rows);
    if (row < 0 || row >= p.hole_rows) continue;
    clear_groups(y + i * line, p.w, p.group, cutout_first(u[2 * n + 1], p.w, p.hole_columns), p.hole_columns);
  }
}

}  // namespace centigan
