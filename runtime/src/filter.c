#include "kernels.h"

/* Element i is bits [i * bits, (i + 1) * bits) of the filter read as one little-endian number, two's complement. */
CGRT_ALONE const int8_t *cgrt_unpack(int8_t *to, const uint8_t *packed, uint32_t count, uint32_t bits) {
  uint32_t pool = 0, have = 0, sign = 1u << (bits - 1);
  if (bits == 8) return (const int8_t *)packed;
  for (uint32_t i = 0; i < count; i++) {
    if (have < bits) {
      pool |= (uint32_t)*packed++ << have;
      have += 8;
    }
    to[i] = (int8_t)((int32_t)((pool & (2 * sign - 1)) ^ sign) - (int32_t)sign);
    pool >>= bits;
    have -= bits;
  }
  return to;
}

const int8_t *cgrt_filter(const cgrt_run *run, const uint8_t *l, uint32_t index) {
  const uint8_t *packed = cgrt_blob(run->file, l, CGRT_WEIGHTS) + index * cgrt_filter_bytes(l);
  return cgrt_unpack(run->filter, packed, cgrt_filter_elements(l), cgrt_wbits(l));
}
