#include "bytes.h"
#include "pixel.h"
#include "run.h"

void cgrt_dither(uint32_t rgb[3], uint32_t x, uint32_t y) {
  static const uint8_t order[4][4] = {{0, 8, 2, 10}, {12, 4, 14, 6}, {3, 11, 1, 9}, {15, 7, 13, 5}};
  uint32_t d = order[y & 3u][x & 3u];
  rgb[0] = cgrt_min(rgb[0] + (d >> 1), 255);
  rgb[1] = cgrt_min(rgb[1] + (d >> 2), 255);
  rgb[2] = cgrt_min(rgb[2] + (d >> 1), 255);
}

static uint8_t *put_rgb888(uint8_t *to, const uint32_t rgb[3]) {
  for (unsigned r = 0; r < 3; r++) *to++ = (uint8_t)rgb[r];
  return to;
}

static uint8_t *put_rgb565(uint8_t *to, const uint32_t rgb[3]) {
  uint32_t v = cgrt_rgb565(rgb);
  *to++ = (uint8_t)v;
  *to++ = (uint8_t)(v >> 8);
  return to;
}

uint32_t cgrt_format_row(const cgrt_run *run, uint32_t y) {
  uint32_t width = cgrt_width(run->file, run->level), step = cgrt_channels(run->file) == 3 ? 1 : 0;
  const int32_t *v = run->sums;
  uint8_t *to = run->row;
  for (uint32_t x = 0; x < width; x++, v += 2 * step + 1) {
    uint32_t rgb[3];
    for (unsigned r = 0; r < 3; r++) rgb[r] = cgrt_pixel(v[r * step]);
    if (run->options->format == CGRT_GREY8) *to++ = (uint8_t)cgrt_grey(rgb);
    else if (run->options->format == CGRT_RGB888) to = put_rgb888(to, rgb);
    else {
      if (run->options->dither) cgrt_dither(rgb, x, y);
      to = put_rgb565(to, rgb);
    }
  }
  return (uint32_t)(to - run->row);
}
