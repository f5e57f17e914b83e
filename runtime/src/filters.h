/* The portable convolutions, one filter at a time. */
#ifndef CGRT_FILTERS_H
#define CGRT_FILTERS_H

#include "kernels.h"

/* taps 3, phase 0: sums[x] = one 3x3 filter [3][3][cin].
 * taps 2: sums[2*j + phase] = one 2x2 filter [2][2][cin] on columns j + phase - 1 and j + phase of the first two rows. */
void cgrt_filter_row(int32_t *sums, const cgrt_window *window, const int8_t *filter, uint32_t taps, uint32_t phase);

/* One 3x3 filter on the map enlarged to twice its size, nearest neighbour: twice as many sums as the window is wide. */
void cgrt_filter_row_up3(int32_t *sums, const cgrt_window *window, const int8_t *filter);

/* `taps` neighbouring pixels of a window's row from column `first` on, without those outside of it, against filter columns. */
int32_t cgrt_window_dot(const cgrt_window *window, uint32_t row, const int8_t *filter, int32_t first, uint32_t taps);

#endif
