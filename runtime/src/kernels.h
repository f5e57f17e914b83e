/* The kernel set: the inner loops, one function a file. A kernel for a machine may replace a file, and must give the same bytes:
 * sums are exact int32 in any order. Maps are [row][x][channel]. */
#ifndef CGRT_KERNELS_H
#define CGRT_KERNELS_H

#include "run.h"

/* sums[x] = one 3x3 filter [3][3][cin] on the output row whose three input rows are given; NULL: a row of zeros. */
void cgrt_filter_row_3x3(int32_t *sums, const int8_t *const rows[3], const int8_t *filter, uint32_t width, uint32_t cin);

/* The same on the map enlarged to twice its size, nearest neighbour: `width` is that of the input rows, sums has twice as many.
 * rows[ky] is the input row under row ky of the filter. */
void cgrt_filter_row_up3(int32_t *sums, const int8_t *const rows[3], const int8_t *filter, uint32_t width, uint32_t cin);

/* sums[2*j + phase] = one 2x2 filter [2][2][cin] on columns j + phase - 1 and j + phase of two input rows (NULL: zeros). */
void cgrt_filter_row_phase(int32_t *sums, const int8_t *const rows[2], const int8_t *filter, uint32_t width, uint32_t cin,
                           uint32_t phase);

/* The inner product of n weights and values. */
int32_t cgrt_dense_row(const int8_t *weights, const int8_t *values, uint32_t n);

/* out[x * stride] = the 8-bit value of sums[x]: bias, noise (NULL: none) times strength, multiplier by sign, saturation. */
typedef struct cgrt_epilogue {
  cgrt_channel channel;
  const int8_t *noise;
  int32_t strength;
  uint32_t shift;
} cgrt_epilogue;
void cgrt_epilogue_row(int8_t *out, uint32_t stride, const int32_t *sums, uint32_t width, const cgrt_epilogue *e);

/* rgb[x * channels] += one colour of toRGB: folded weights [cin] on a row of features. */
typedef struct cgrt_colour {
  const int16_t *weights;
  int32_t bias, multiplier;
  uint32_t shift;
} cgrt_colour;
void cgrt_rgb_row(int32_t *rgb, uint32_t channels, const int8_t *row, uint32_t width, uint32_t cin, const cgrt_colour *c);

#endif
