#include "run.h"

/* Element i is bits [i * width, (i + 1) * width) of the filter read as one little-endian number, two's complement. */
static void unpack(int8_t *to, const uint8_t *from, uint32_t count, uint32_t width) {
  uint32_t bits = 0, have = 0, sign = 1u << (width - 1);
  for (uint32_t i = 0; i < count; i++) {
    if (have < width) {
      bits |= (uint32_t)*from++ << have;
      have += 8;
    }
    to[i] = (int8_t)((int32_t)((bits & (2 * sign - 1)) ^ sign) - (int32_t)sign);
    bits >>= width;
    have -= width;
  }
}

const int8_t *cgrt_filter(const cgrt_run *run, const uint8_t *l, uint32_t index) {
  const uint8_t *packed = cgrt_blob(run->file, l, CGRT_WEIGHTS) + index * cgrt_filter_bytes(l);
  if (cgrt_wbits(l) == 8) return (const int8_t *)packed;
  unpack(run->filter, packed, cgrt_filter_elements(l), cgrt_wbits(l));
  return run->filter;
}
