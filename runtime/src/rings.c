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
