/* Enlarging the RGB sum by two. */
#ifndef CGRT_UP_RGB_H
#define CGRT_UP_RGB_H

#include "platform.h"

/* One row of the enlarged map, from the row `near` that it lies in and its neighbour `far` (the same row at the border).
 * `width` and the rows are those of the small map; `far` NULL: nearest neighbour instead of the triangle filter. */
void cgrt_up_rgb(int32_t *out, const int32_t *near, const int32_t *far, uint32_t width, uint32_t channels);

#endif
