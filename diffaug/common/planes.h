// What maps pictures plane by plane on the CPU.
#pragma once
#include <cstdint>
#include <cstring>

namespace centigan {

struct PlaneRange {
  int64_t begin, end;  // planes, counted over all pictures
  int64_t size;        // values of a plane
  int64_t channels;    // planes of a picture
};

// map(from, parameters, to) for each plane; a picture has `count` parameters. Where they change nothing the plane is
// copied, bit for bit.
template <class T, class Map>
void map_planes(const PlaneRange& range, const T* from, const double* parameters, int64_t count,
                bool (*is_identity)(const double*), T* to, Map map) {
  for (int64_t plane = range.begin; plane < range.end; ++plane) {
    const double* own = parameters + plane / range.channels * count;
    const int64_t at = plane * range.size;
    if (is_identity(own))
      std::memcpy(to + at, from + at, static_cast<size_t>(range.size) * sizeof(T));
    else
      map(from + at, own, to + at);
  }
}

}  // namespace centigan
