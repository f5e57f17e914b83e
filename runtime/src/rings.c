#include "plan.h"

/* The last map and the last RGB row are used at once. A CONV3 reads three rows, an up layer two; and it runs ahead of the RGB sum
 * of its level by as many rows as CONV3 follow it, so the level below keeps half as many more. */
uint32_t cgrt_ring_rows(cgrt_rings *rings, const uint8_t *l) {
  uint32_t rows = rings->rows;
  if (cgrt_type(l) == CGRT_TORGB) return rings->rgb_rows;
  if (cgrt_is_up(l)) {
    rings->rows = 2;
    rings->rgb_rows = 2 + (rings->conv3 + 1) / 2;
    rings->conv3 = 0;
  } else {
    rings->rows = 3;
    rings->conv3++;
  }
  return rows;
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
