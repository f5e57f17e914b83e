#include "plan.h"

/* In a file of their own, so that compilers do not copy them into every caller. */

uint32_t cgrt_filter_elements(const uint8_t *l) {
  uint32_t taps = cgrt_type(l) == CGRT_UP2P ? 4 : cgrt_is_conv(l) ? 9 : 1;
  return taps * cgrt_cin(l);
}

uint32_t cgrt_filter_bytes(const uint8_t *l) { return cgrt_al4((cgrt_filter_elements(l) * cgrt_wbits(l) + 7) / 8); }

uint32_t cgrt_table_bytes(const uint8_t *f, const uint8_t *l) {
  if (cgrt_type(l) == CGRT_MAP) return 0;
  return cgrt_al8(cgrt_type(l) == CGRT_TORGB ? 2 * cgrt_channels(f) * cgrt_cin(l) : 12 * cgrt_cout(l));
}

uint32_t cgrt_map_bytes(const uint8_t *f, uint32_t level, uint32_t channels) {
  return cgrt_al8(cgrt_height(f, level) * cgrt_width(f, level) * channels);
}

uint32_t cgrt_rgb_bytes(const uint8_t *f, uint32_t level) {
  return level < cgrt_rgb_first(f) ? 0 : cgrt_map_bytes(f, level, 4 * cgrt_channels(f));
}

uint32_t cgrt_ring_bytes(const uint8_t *f, const uint8_t *l, uint32_t rows, uint32_t unit) {
  if (cgrt_type(l) == CGRT_TORGB) unit = 4;
  return cgrt_al8(unit * rows * cgrt_width(f, cgrt_level(l)) * cgrt_cout(l));
}

uint32_t cgrt_last_layer(const uint8_t *f, uint32_t level) {
  uint32_t k = cgrt_layers(f) - 1;
  while (cgrt_level(cgrt_layer(f, k)) > level) k--;
  return k;
}
