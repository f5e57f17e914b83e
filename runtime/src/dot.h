/* What the portable convolution kernels share. */
#ifndef CGRT_DOT_H
#define CGRT_DOT_H

#include "platform.h"

/* `taps` neighbouring pixels of a row from column `first` on, without those outside of it, against as many filter columns. */
int32_t cgrt_window_dot(const int8_t *row, const int8_t *filter, int32_t first, int32_t taps, uint32_t width, uint32_t cin);

#endif
