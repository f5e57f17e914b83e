#include "bytes.h"
#include "pixel.h"
#include "run.h"

/* Ordered dither for 565: up to one step of each colour, by position. */
static uint32_t dither(const cgrt_options *o, uint32_t x, uint32_t y) {
  static const uint8_t order[16] = {0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5};
  return o->dither && o->format == CGRT_RGB565 ? order[(y % 4) * 4 + x % 4] : 0;
}

/* Three colours, also of a network with one. */
static void read_pixel(uint32_t rgb[3], const int32_t *v, uint32_t channels, uint32_t add) {
  for (uint32_t r = 0; r < 3; r++) {
    rgb[r] = cgrt_min(cgrt_pixel(*v) + (add >> (r == 1 ? 2 : 1)), 255);
    if (channels == 3) v++;
  }
}

static uint8_t *put_pixel(uint8_t *to, const uint32_t rgb[3], uint32_t format) {
  uint32_t bits = format == CGRT_RGB565 ? cgrt_rgb565(rgb) : format == CGRT_GREY8 ? cgrt_grey(rgb) : rgb[0];
  *to++ = (uint8_t)bits;
  if (format == CGRT_RGB565) *to++ = (uint8_t)(bits >> 8);
  if (format != CGRT_RGB888) return to;
  *to++ = (uint8_t)rgb[1];
  *to++ = (uint8_t)rgb[2];
  return to;
}

uint32_t cgrt_format_row(const cgrt_run *run, uint32_t y) {
  uint32_t width = cgrt_width(run->file, run->level), channels = cgrt_channels(run->file);
  const int32_t *v = run->sums;
  uint8_t *to = run->row;
  for (uint32_t x = 0; x < width; x++, v += channels) {
    uint32_t rgb[3];
    read_pixel(rgb, v, channels, dither(run->options, x, y));
    to = put_pixel(to, rgb, run->options->format);
  }
  return (uint32_t)(to - run->row);
}
