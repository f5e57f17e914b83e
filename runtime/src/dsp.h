/* The DSP extension: two products of 16 bits and their sum in one instruction. Four int8 become two pairs of int16, of the first and
 * third and of the second and fourth, since that is what sign extension gives. */
#ifndef CGRT_DSP_H
#define CGRT_DSP_H

#include "kernels.h"

#if CGRT_DSP
#include <arm_acle.h>

typedef uint32_t __attribute__((may_alias)) cgrt_word;

#define CGRT_DSP_UNUSED __attribute__((unused)) /* by name, in a function that is written in assembly */

static inline uint32_t cgrt_dsp_even(uint32_t four) { return (uint32_t)__sxtb16((int8x4_t)four); }

static inline uint32_t cgrt_dsp_odd(uint32_t four) {
  uint32_t pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(four));
  return pair;
}

static inline int32_t cgrt_dsp_mac(int32_t sum, uint32_t a, uint32_t b) { return __smlad((int16x2_t)a, (int16x2_t)b, sum); }

/* A copy of int8 as pairs, with another order of its cells: of `rows` rows, `columns` columns and `fours` * 4 values, one behind the
 * other, to places apart. The order of the fields is that of the registers in dsp_spread.c. */
typedef struct cgrt_dsp_grid {
  uint32_t columns, rows, fours;
  uint32_t gap; /* bytes between one column and the next of the copy */
  uint32_t up;  /* bytes from the end of one row's last column to the start of the next row's first, modulo 2^32 */
} cgrt_dsp_grid;

void cgrt_dsp_spread(cgrt_word *to, const int8_t *from, const cgrt_dsp_grid *grid);

/* A step takes two words of the filter. The lowest bit of a code address says Thumb. */
#define CGRT_DSP_STEP 52
#define CGRT_DSP_ENTRY(words) (((0u - (words) / 2) % 4) * CGRT_DSP_STEP + 1)

/* A filter and the pixels that it is laid over, as pairs. The order of the fields is that of the registers in dsp_sums4.c. */
typedef struct cgrt_dsp_window {
  int32_t bias[4]; /* four times the same */
  const cgrt_word *filter, *filter_end;
  uint32_t stride; /* bytes from one pixel to the next */
  uint32_t entry;  /* where the loop of four steps is entered: CGRT_DSP_ENTRY(words of the filter) */
  int32_t *past;   /* end of the sums */
} cgrt_dsp_window;

/* sums[i] = bias + filter . pixels from pixel i on, up to `past`: four at a time, at least once. */
void cgrt_dsp_sums4(const cgrt_dsp_window *window, int32_t *sums, const cgrt_word *pixels);

/* Sums of one output channel on their way to values, in the columns of a row or every `step`th of them. The order of the fields is that
 * of the registers in dsp_epilogue.c. */
typedef struct cgrt_dsp_values {
  const int32_t *sums, *past; /* with the bias in them */
  const int8_t *noise;
  uint32_t step; /* from one column to the next */
  int8_t *out;
  uint32_t stride;            /* from one column to the next */
  uint32_t up, change, shift; /* multipliers for sums >= 0 and what has to be added for others, doubled */
  int32_t strength;
  const uint8_t *strengths; /* of the channels to come; NULL: all 0 */
  uint32_t odd; /* is there one more behind `past`? */
} cgrt_dsp_values;

/* Columns first, first + step, ... of target->sums[0..count). */
void cgrt_dsp_open_values(cgrt_dsp_values *values, const cgrt_target *target, uint32_t first, uint32_t step, uint32_t count);

/* Makes those of a channel; channels come in order from 0. */
void cgrt_dsp_epilogue(cgrt_dsp_values *values, const cgrt_channel *channel);

#endif
#endif
