/* The kernel set: the inner loops, one function a file. A kernel for a machine may replace a file, and must give the same bytes:
 * sums are exact int32 in any order. Maps are [row][x][channel]. */
#ifndef CGRT_KERNELS_H
#define CGRT_KERNELS_H

#include "run.h"

/* What a convolution reads for one output row. */
typedef struct cgrt_window {
  const int8_t *rows[3]; /* the input rows under the filter's rows; NULL: a row of zeros */
  uint32_t width, cin;   /* of the input rows */
} cgrt_window;

/* sums[x] = one 3x3 filter [3][3][cin]. */
void cgrt_filter_row_3x3(int32_t *sums, const cgrt_window *window, const int8_t *filter);

/* The same on the map enlarged to twice its size, nearest neighbour: twice as many sums as the window is wide. */
void cgrt_filter_row_up3(int32_t *sums, const cgrt_window *window, const int8_t *filter);

/* sums[2*j + phase] = one 2x2 filter [2][2][cin] on columns j + phase - 1 and j + phase of the first two rows. */
void cgrt_filter_row_phase(int32_t *sums, const cgrt_window *window, const int8_t *filter, uint32_t phase);

/* The inner product of n weights and values. */
int32_t cgrt_dense_row(const int8_t *weights, const int8_t *values, uint32_t n);

/* One channel of a row of features. */
typedef struct cgrt_epilogue {
  cgrt_channel channel;
  const int8_t *noise; /* NULL: none */
  int32_t strength;
  uint32_t shift;
  uint32_t width, stride;
} cgrt_epilogue;

/* out[x * stride] = the 8-bit value of sums[x]: bias, noise times strength, multiplier by sign, saturation. */
void cgrt_epilogue_row(int8_t *out, const int32_t *sums, const cgrt_epilogue *e);

/* One colour of a toRGB. */
typedef struct cgrt_colour {
  const int16_t *weights; /* folded, [cin] */
  int32_t bias, multiplier;
  uint32_t shift;
  uint32_t width, stride, cin;
} cgrt_colour;

/* rgb[x * stride] += the colour of the features [width][cin]. */
void cgrt_rgb_row(int32_t *rgb, const int8_t *features, const cgrt_colour *c);

#endif
