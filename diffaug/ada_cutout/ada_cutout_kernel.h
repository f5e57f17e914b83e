// Plain C++, no torch.
#pragma once
#include <cmath>
#include <cstdint>

#include "common/host_device.h"

namespace centigan {

// Whether position `at` of `count` along one axis lies in the box. False for NaN.
CENTIGAN_HOST_DEVICE inline bool ada_cutout_covers(int64_t at, int64_t count, double centre, double size) {
  return std::fabs((static_cast<double>(at) + 0.5) / static_cast<double>(count) - centre) < size / 2;
}

// Pictures as planes of `h` lines with `w` groups of `group` bytes: channel planes with single values, or
// (channels-last) whole pictures with whole pixels.
struct AdaCutoutParams {
  int64_t planes, h, w, group;  // planes of one picture
};

// Copies with zeros in the box; centre [N,2], size [N]; for lines begin ... end - 1 of all planes.
void ada_cutout_kernel_cpu(const char* x, const double* centre, const double* size, char* y, const AdaCutoutParams& p,
                           int64_t begin, int64_t end);

}  // namespace centigan
