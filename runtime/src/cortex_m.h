/* Rows of bytes as they are: what the kernels with MVE, and those with the DSP extension where there is no scratch, share. */
#ifndef CGRT_CORTEX_M_H
#define CGRT_CORTEX_M_H

#include "kernels.h"

#if CGRT_CORTEX_M

/* A filter and the rows that it is laid over. The order of the fields is known to mve_sums4.c and dsp_bytes4.c. */
typedef struct cgrt_m_window {
  const int8_t *const *rows; /* the input rows inside the map */
  uint32_t count;            /* of them */
  const int8_t *filter;      /* its row that lies on rows[0] */
  uint32_t n;                /* elements of a row that lie inside */
  uint32_t cin;              /* elements from one pixel to the next */
  uint32_t skip;             /* elements from n, with MVE rounded up to 16, to the next row of the filter, modulo 2^32 */
  uint32_t step;             /* bytes from one sum to the next */
} cgrt_m_window;

/* Four sums = filter . pixels, from element `at` of the rows on. n > 0, with the DSP extension a multiple of 4. */
void cgrt_m_sums4(const cgrt_m_window *window, int32_t *sums, int32_t at);

/* As cgrt_conv_row. */
void cgrt_m_conv_row(const cgrt_conv *conv);

#if CGRT_MVE
#define CGRT_M_ROUNDED(n) (((n) + 15) & ~15u)
#define CGRT_M_TAKES(cin) ((cin) > 0)
void cgrt_mve_epilogue_row(const cgrt_target *target, uint32_t o);
#define CGRT_M_EPILOGUE_ROW cgrt_mve_epilogue_row
#else
#define CGRT_M_ROUNDED(n) (n)
#define CGRT_M_TAKES(cin) ((cin) % 4 == 0)
#define CGRT_M_EPILOGUE_ROW cgrt_epilogue_row
#endif

#endif
#endif
