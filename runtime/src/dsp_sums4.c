#include "dsp.h"

#if CGRT_DSP

/* Written out because the inner loop needs all fourteen registers: four sums (r0-r3), four pixels (r4-r7), the filter and its end (r8,
 * r9), and two times two pairs of factors. One load of weights serves four pixels: 13 instructions for 16 products. */
#define DSP_PIXEL(sum, at)                \
  "ldrd r12, lr, [" at "], #8\n\t"        \
  "smlad " sum ", r12, r10, " sum "\n\t"  \
  "smlad " sum ", lr, r11, " sum "\n\t"
#define DSP_FOUR_CHANNELS /* CGRT_DSP_STEP bytes of code */ \
  "ldrd r10, r11, [r8], #8\n\t" \
  DSP_PIXEL("r0", "r4") DSP_PIXEL("r1", "r5") DSP_PIXEL("r2", "r6") DSP_PIXEL("r3", "r7")

__attribute__((naked)) void cgrt_dsp_sums4(const cgrt_dsp_window *window CGRT_DSP_UNUSED, int32_t *sums CGRT_DSP_UNUSED,
                                           const cgrt_word *pixels CGRT_DSP_UNUSED) {
  __asm__ volatile(
      "push {r0-r2, r4-r11, lr}\n\t"
      "mov lr, r0\n"
      "1:\n\t"
      "ldr r4, [sp, #8]\n\t"
      "ldm lr, {r0-r3, r8-r11}\n\t" /* biases, filter, its end, stride, entry */
      "add r5, r4, r10\n\t"
      "add r6, r5, r10\n\t"
      "add r7, r6, r10\n\t"
      "add r10, r7, r10\n\t"
      "str r10, [sp, #8]\n\t"
      "adr r12, 2f\n\t"
      "add r12, r12, r11\n\t"
      "bx r12\n" /* into the middle of the loop, if the number of its steps is not a multiple of four */
      ".balign 4\n"
      "2:\n\t" DSP_FOUR_CHANNELS DSP_FOUR_CHANNELS DSP_FOUR_CHANNELS DSP_FOUR_CHANNELS
      "cmp r8, r9\n\t"
      "bne 2b\n\t"
      "ldrd lr, r12, [sp]\n\t" /* window, sums */
      "stm r12!, {r0-r3}\n\t"
      "str r12, [sp, #4]\n\t"
      "ldr r10, [lr, #32]\n\t"
      "cmp r12, r10\n\t"
      "bne 1b\n\t"
      "add sp, sp, #12\n\t"
      "pop {r4-r11, pc}");
}

#else
typedef int cgrt_no_dsp_sums4; /* ISO C wants a declaration in every file */
#endif
