#include "file.h"

uint32_t cgrt_filter_elements(const uint8_t *l) {
  uint32_t taps = cgrt_type(l) == CGRT_UP2P ? 4 : cgrt_is_conv(l) ? 9 : 1;
  return taps * cgrt_cin(l);
}

uint32_t cgrt_filter_bytes(const uint8_t *l) { return cgrt_al4((cgrt_filter_elements(l) * cgrt_wbits(l) + 7) / 8); }
