/* Inner products of the portable kernels, shaped so that compilers vectorise them. */
#ifndef CGRT_DOT_H
#define CGRT_DOT_H

#include "platform.h"

static inline int32_t cgrt_dot(const int8_t *a, const int8_t *b, uint32_t n) {
  int32_t sum = 0;
  for (uint32_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

/* `taps` neighbouring pixels of a row from column `first` on, without those outside of it, against as many filter columns. */
static inline int32_t cgrt_window(const int8_t *row, const int8_t *filter, int32_t first, int32_t taps, uint32_t width,
                                  uint32_t cin) {
  int32_t lo = first < 0 ? -first : 0;
  int32_t hi = first + taps > (int32_t)width ? (int32_t)width - first : taps;
  return cgrt_dot(row + (uint32_t)(first + lo) * cin, filter + (uint32_t)lo * cin, (uint32_t)(hi - lo) * cin);
}

#endif
