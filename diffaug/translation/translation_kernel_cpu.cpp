#include <cmath>
#include <cstring>

#include "translation/translation_kernel.h"

namespace centigan {
namespace {

// out[i] = in[i + shift] for groups i of one line, zero outside.
void shift_line(const char* in, char* out, int64_t w, int64_t group, int64_t shift) {
  const int64_t before = shift < 0 ? (-shift < w ? -shift : w) : 0;
  const int64_t behind = shift > 0 ? (shift < w ? shift : w) : 0;
  const int64_t kept = w - before - behind;
  std::memset(out, 0, static_cast<size_t>(before * group));
  if (kept > 0) std::memcpy(out + before * group, in + behind * group, static_cast<size_t>(kept * group));
  std::memset(out + (w - behind) * group, 0, static_cast<size_t>(behind * group));
}

}  // namespace

int64_t translation_range(int64_t size, double ratio) {
  return static_cast<int64_t>(static_cast<double>(size) * ratio + 0.5);
}

int64_t translation_shift(double u, int64_t s) {
  const double drawn = std::floor(u * static_cast<double>(2 * s + 1));
  if (!(drawn > 0)) return -s;
  return drawn < static_cast<double>(2 * s) ? static_cast<int64_t>(drawn) - s : s;
}

void translation_kernel_cpu(const char* x, const double* u, char* y, const TranslationParams& p, int64_t begin,
                            int64_t end) {
  const int64_t line = p.w * p.group;
  for (int64_t i = begin; i < end; ++i) {
    const int64_t n = i / (p.planes * p.h), row = i % p.h;
    const int64_t source = row + p.sign * translation_shift(u[2 * n], p.max_rows);
    char* out = y + i * line;
    if (source < 0 || source >= p.h)
      std::memset(out, 0, static_cast<size_t>(line));
    else
      shift_line(x + (i - row + source) * line, out, p.w, p.group,
                 p.sign * translation_shift(u[2 * n + 1], p.max_columns));
  }
}

}  // namespace centigan
