/* What the portable convolution kernels share. */
#ifndef CGRT_DOT_H
#define CGRT_DOT_H

#include "kernels.h"

/* `taps` neighbouring pixels of a window's row from column `first` on, without those outside of it, against filter columns. */
int32_t cgrt_window_dot(const cgrt_window *window, uint32_t row, const int8_t *filter, int32_t first, int32_t taps);

#endif
