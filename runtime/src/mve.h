/* Helium, the vectors of Cortex-M55 and M85: 16 products of bytes and their sum in one instruction, exact in 32 bits. */
#ifndef CGRT_MVE_H
#define CGRT_MVE_H

#include "kernels.h"

#if CGRT_MVE

/* A filter and the rows that it is laid over. The order of the fields is known to mve_sums4.c. */
typedef struct cgrt_mve_window {
  const int8_t *const *rows; /* the input rows inside the map */
  uint32_t count;        /* of them */
  const int8_t *filter;  /* its row that lies on rows[0] */
  uint32_t n;            /* elements of a row that lie inside */
  uint32_t cin;  /* elements from one pixel to the next */
  uint32_t skip; /* elements from n, rounded up to 16, to the next row of the filter, modulo 2^32 */
} cgrt_mve_window;

/* sums[i] = filter . pixels i from element `at` of the rows on, for four of them. n > 0. */
void cgrt_mve_sums4(const cgrt_mve_window *window, int32_t *sums, int32_t at);

/* Channel o of a target from its sums, in columns first, first + step, ... */
void cgrt_mve_epilogue(const cgrt_target *target, uint32_t o, uint32_t first, uint32_t step);

#endif
#endif
