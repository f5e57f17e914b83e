#include "bytes.h"
#include "pixel.h"
#include "run.h"

/* Ordered dither for 565: adds up to one step of each colour, by position. */
static void dither(uint32_t rgb[3], uint32_t x, uint32_t y) {
  static const uint8_t order[16] = {0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5};
  uint32_t d = order[y % 4 * 4 + x % 4];
  rgb[0] = cgrt_min(rgb[0] + d / 2, 255);
  rgb[1] = cgrt_min(rgb[1] + d / 4, 255);
  rgb[2] = cgrt_min(rgb[2] + d / 2, 255);
}

static uint8_t *put_pixel(uint8_t *to, const uint32_t rgb[3], uint32_t format) {
  uint32_t bits = format == CGRT_GREY8 ? cgrt_grey(rgb) : cgrt_rgb565(rgb);
  *to++ = (uint8_t)bits;
  if (format == CGRT_RGB565) *to++ = (uint8_t)(bits >> 8);
  return to;
}

#if CGRT_VECTORS
/* The common case, of which compilers make vectors. */
static void put_888(uint8_t *restrict to, const int32_t *restrict v, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) to[i] = (uint8_t)cgrt_pixel(v[i]);
}
#endif

uint32_t cgrt_format_row(const cgrt_run *run, uint32_t y) {
  const cgrt_options *o = run->options;
  const int32_t *v = run->sums;
  uint32_t width = cgrt_width(run->file, run->level), channels = cgrt_channels(run->file);
  uint8_t *to = run->row;
#if CGRT_VECTORS
  if (o->format == CGRT_RGB888 && channels == 3) {
    put_888(to, v, 3 * width);
    return 3 * width;
  }
#endif
  for (uint32_t x = 0; x < width; x++) {
    uint32_t rgb[3];
    for (uint32_t r = 0; r < 3; r++) { /* the same colour three times for a network with one */
      rgb[r] = cgrt_pixel(v[channels == 3 ? r : 0]);
      if (o->format == CGRT_RGB888) *to++ = (uint8_t)rgb[r];
    }
    v += channels;
    if (o->dither && o->format == CGRT_RGB565) dither(rgb, x, y);
    if (o->format != CGRT_RGB888) to = put_pixel(to, rgb, o->format);
  }
  return (uint32_t)(to - run->row);
}
