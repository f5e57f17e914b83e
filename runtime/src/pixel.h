/* From RGB sums to bytes. */
#ifndef CGRT_PIXEL_H
#define CGRT_PIXEL_H

#include "arith.h"

/* An RGB sum, 1/256 of a step around 128, as 0..255. */
static inline uint32_t cgrt_pixel(int32_t v) { return (uint32_t)cgrt_clamp(((v + 128) >> 8) + 128, 0, 255); }

static inline uint32_t cgrt_grey(const uint32_t rgb[3]) { return (77 * rgb[0] + 150 * rgb[1] + 29 * rgb[2] + 128) >> 8; }

static inline uint32_t cgrt_rgb565(const uint32_t rgb[3]) { return rgb[0] >> 3 << 11 | rgb[1] >> 2 << 5 | rgb[2] >> 3; }

#endif
