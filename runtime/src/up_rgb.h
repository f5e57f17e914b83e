/* Enlarging the RGB sum by two. */
#ifndef CGRT_UP_RGB_H
#define CGRT_UP_RGB_H

#include "arith.h"

/* One row of the enlarged map, `width` pixels, from the small row `near` that it lies in and that row's neighbour `far` on its
 * side (the same row at the border): a triangle filter. Without `triangle` nearest neighbour; then far must be near. */
void cgrt_up_rgb(int32_t *out, const int32_t *near, const int32_t *far, uint32_t width, uint32_t channels, uint32_t triangle);

/* The small map's index beside i / 2 on the side of i, which stops at the border; `size` is that of the enlarged map. Without
 * `triangle` i / 2 itself. */
static inline uint32_t cgrt_neighbour(uint32_t i, uint32_t size, uint32_t triangle) {
  int32_t beside = ((int32_t)(i + 2 * (i % 2)) - 1) >> 1;
  return triangle ? (uint32_t)cgrt_clamp(beside, 0, (int32_t)(size / 2) - 1) : i / 2;
}

#endif
