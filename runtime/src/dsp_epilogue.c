#include "dsp.h"

#if CGRT_DSP

/* The multiplier is doubled: rounding of (u * 2^shift) * 2q / 2^32 is that of u * 2^shift * q / 2^31, and |2q| < 2^31. Saturation to 8
 * bits leaves -128, which one subtraction and one addition turn into -127: only the first saturates. Two columns a turn. */
#define DSP_VALUE(sum) \
  "mla " sum ", r9, lr, " sum "\n\t" \
  "and lr, r7, " sum ", asr #31\n\t" \
  "add lr, lr, r6\n\t" \
  "lsl " sum ", " sum ", r8\n\t" \
  "smmulr " sum ", " sum ", lr\n\t" \
  "ssat " sum ", #8, " sum "\n\t" \
  "qsub8 " sum ", " sum ", r10\n\t" \
  "sadd8 " sum ", " sum ", r10\n\t"

__attribute__((naked)) static void dsp_values_of_pairs(const cgrt_dsp_values *values CGRT_DSP_UNUSED) {
  __asm__ volatile(
      "push {r4-r11, lr}\n\t"
      "ldm r0, {r0-r9}\n\t" /* sums, past, noise, step, out, stride, up, change, shift, strength */
      "mov r10, #1\n"
      "1:\n\t"
      "ldrd r11, r12, [r0], #8\n\t"
      "ldrsb lr, [r2]\n\t" DSP_VALUE("r11")
      "strb r11, [r4]\n\t"
      "ldrsb lr, [r2, r3]\n\t" DSP_VALUE("r12")
      "strb r12, [r4, r5]\n\t"
      "add r2, r2, r3, lsl #1\n\t"
      "add r4, r4, r5, lsl #1\n\t"
      "cmp r0, r1\n\t"
      "blo 1b\n\t"
      "pop {r4-r11, pc}");
}

void cgrt_dsp_open_values(cgrt_dsp_values *v, const cgrt_target *t, uint32_t first, uint32_t step, uint32_t count) {
  v->sums = t->sums;
  v->past = t->sums + count / 2 * 2;
  v->odd = count % 2;
  v->noise = t->noise ? t->noise + first : (const int8_t *)t->sums; /* none: anything, times 0 */
  v->step = step;
  v->out = t->out + first * t->cout - 1; /* before channel 0 */
  v->stride = step * t->cout;
  v->shift = t->shift;
  v->strength = 0;
  v->strengths = t->noise ? t->strengths : 0;
}

/* An odd number of columns: the last one is made twice, in the same place. There is room for one more sum, since rows of them take a
 * multiple of eight bytes. */
CGRT_APART static void dsp_last_value(cgrt_dsp_values *v) {
  uint32_t step = v->step, stride = v->stride, before = (uint32_t)(v->past - v->sums);
  const int32_t *sums = v->sums;
  int32_t *sum = (int32_t *)v->past;
  sum[1] = sum[0];
  v->sums = sum;
  v->past = sum + 2;
  v->noise += before * step;
  v->out += before * stride;
  v->step = v->stride = 0;
  dsp_values_of_pairs(v);
  v->sums = sums;
  v->past = sum;
  v->noise -= before * step;
  v->out -= before * stride;
  v->step = step;
  v->stride = stride;
}

void cgrt_dsp_epilogue(cgrt_dsp_values *v, const cgrt_channel *channel) {
  v->up = 2 * (uint32_t)channel->up;
  v->change = 2 * (uint32_t)channel->down - v->up;
  if (v->strengths) {
    v->strength = cgrt_i16(v->strengths);
    v->strengths += 2;
  }
  v->out++;
  if (v->odd) dsp_last_value(v);
  if (v->sums < v->past) dsp_values_of_pairs(v);
}

#else
typedef int cgrt_no_dsp_epilogue; /* ISO C wants a declaration in every file */
#endif
