#include "ada_cutout/ada_cutout_kernel.h"

#include <cstring>

namespace centigan {

void ada_cutout_kernel_cpu(const char* x, const double* centre, const double* size, char* y, const AdaCutoutParams& p,
                           int64_t begin, int64_t end) {
  const int64_t line = p.w * p.group;
  std::memcpy(y + begin * line, x + begin * line, static_cast<size_t>((end - begin) * line));
  for (int64_t i = begin; i < end; ++i) {
    const int64_t n = i / (p.planes * p.h);
    if (!ada_cutout_covers(i % p.h, p.h, centre[2 * n + 1], size[n])) continue;
    for (int64_t k = 0; k < p.w; ++k)
      if (ada_cutout_covers(k, p.w, centre[2 * n], size[n]))
        std::memset(y + i * line + k * p.group, 0, static_cast<size_t>(p.group));
  }
}

}  // namespace centigan
